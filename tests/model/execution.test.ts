import fc from 'fast-check'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../support/database'
import { openStore } from '../support/store'
import { runs } from './commands'
import { InvariantViolation } from './invariants'
import { unfencedStore } from './unfenced-store'
import { World, type Database } from './world'

const RUNS = Number(process.env['FILLSTREAM_MODEL_RUNS'] ?? 60)
const SEED = Number(process.env['FILLSTREAM_MODEL_SEED'] ?? 20_261_124)
const LONG_RUNS = 200
const SHORT_RUNS = 60
const SHRINK_FOR_MS = 10_000

let testDatabase: TestDatabase
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  const client = new Client({ connectionString: testDatabase.url })
  await client.connect()
  database = { client, store: openStore(testDatabase.url) }
})
afterAll(async () => {
  await Promise.all([database.client.end(), database.store.close()])
  await testDatabase.drop()
})

function invariantsHold(maxCommands: number, store = database.store) {
  return fc.asyncProperty(runs(maxCommands), async (commands) => {
    const t0 = performance.now()
    const world = await World.start(database, store)
    await fc.asyncModelRun(() => ({ model: world, real: world }), commands)
    await world.heal()
    await world.assertInvariants()
    if (process.env['STATS']) {
      const q = await database.client.query(
        `select (select string_agg(status::text, ' ' order by id) from orders) s, (select string_agg(coalesce(code,'ok'), ' ') from attempts) a, (select count(*) from order_events) e`,
      )
      process.stdout.write(
        JSON.stringify([
          ...Object.values(q.rows[0]),
          world.cancelAnswers.map((a) => a.answer).join(),
          [...commands].length,
          world.chain.sent.size,
        ]) + ` ${Math.round(performance.now() - t0)} ms\n`,
      )
    }
  })
}

test('whatever fails, and in whatever order things happen, the invariants hold', async () => {
  process.stdout.write(`model check: ${RUNS} runs, seed ${SEED}\n`)
  await fc.assert(invariantsHold(LONG_RUNS), {
    numRuns: RUNS,
    seed: SEED,
    endOnFailure: process.env['NOSHRINK'] !== undefined,
  })
}, 300_000)

test('without the compare-and-set they do not', async () => {
  const unfenced = invariantsHold(SHORT_RUNS, unfencedStore(database.store, database.client))
  const broken = await fc.check(unfenced, { numRuns: RUNS, seed: SEED, endOnFailure: true })
  expect(broken.errorInstance).toBeInstanceOf(InvariantViolation)
  const shortest = await fc.check(unfenced, {
    seed: SEED,
    path: broken.counterexamplePath ?? '',
    interruptAfterTimeLimit: SHRINK_FOR_MS,
  })
  const { counterexample, errorInstance } = shortest.failed ? shortest : broken
  const commands = [...(counterexample?.[0] ?? [])].join('\n  ')
  process.stdout.write(`without the compare-and-set:\n  ${commands}\n${String(errorInstance)}\n`)
}, 300_000)
