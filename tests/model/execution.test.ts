import fc from 'fast-check'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../support/database'
import { openStore } from '../support/store'
import { runs } from './commands'
import { InvariantViolation } from './invariants'
import { unfencedStore } from './unfenced-store'
import { World, type Database } from './world'

const RUNS = Number(process.env['FILLSTREAM_MODEL_RUNS'] ?? 20)
const SEED = Number(process.env['FILLSTREAM_MODEL_SEED'] ?? 20_261_124)
const TIMEOUT_MS = 120_000 + RUNS * 15_000
/** Commands of a run at most: many, for what is rare; few, so that what fails soon is short already. */
const LONG = 250
const SHORT = 150
/** Runs in which a failure that is wanted must come. */
const PATIENCE = 200
/** Runs that a failure which is wanted may cost to be made shorter. */
const SHORTENINGS = 50

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

/** One run, from an empty database to its end. Throws where an invariant does not hold. */
async function run(commands: Iterable<fc.AsyncCommand<World, World>>, store = database.store): Promise<void> {
  const world = await World.start(database, store)
  await fc.asyncModelRun(() => ({ model: world, real: world }), commands)
  await world.heal()
  await world.assertInvariants()
}

test(
  'whatever fails, and in whatever order things happen, the invariants hold',
  async () => {
    process.stdout.write(`model check: ${RUNS} runs, seed ${SEED}\n`)
    const holds = fc.asyncProperty(runs(LONG), (commands) => run(commands))
    await fc.assert(holds, { numRuns: RUNS, seed: SEED })
  },
  TIMEOUT_MS,
)

test(
  'without the compare-and-set they do not',
  async () => {
    const unfenced = unfencedStore(database.store, database.client)
    let left = Infinity
    const holds = fc.asyncProperty(runs(SHORT), async (commands) => {
      if (left-- <= 0) return
      try {
        await run(commands, unfenced)
      } catch (error) {
        left = Math.min(left, SHORTENINGS)
        throw error
      }
    })
    const broken = await fc.check(holds, { numRuns: PATIENCE, seed: SEED })
    expect(broken.errorInstance).toBeInstanceOf(InvariantViolation)
    const commands = [...(broken.counterexample?.[0] ?? [])].join('\n  ')
    process.stdout.write(`without the compare-and-set:\n  ${commands}\n${String(broken.errorInstance)}\n`)
  },
  TIMEOUT_MS,
)
