import { systemClock, systemIds } from '@fillstream/runtime'
import { createJournal, type Store } from '@fillstream/store'
import { createTestDatabase, type TestDatabase } from '../../../../tests/support/database'
import {
  eventually,
  newAccount,
  newOrder,
  openStore,
  realClock,
  steps,
} from '../../../../tests/support/store'
import { Run, StepLostError } from './run'

const LONG_MS = 1_000_000
let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

async function startRun(patienceMs: number) {
  const journal = createJournal({ store, clock: realClock, publish: () => Promise.resolve() })
  const accepted = await journal.accept(newOrder(await newAccount(store)))
  const written: string[] = []
  let lost = 0
  const run = new Run(
    {
      journal,
      clock: systemClock,
      ids: systemIds,
      config: { STEP_PATIENCE_MS: patienceMs },
      events: { stepWritten: (status) => written.push(status), appendLost: () => (lost += 1) },
    },
    accepted.order,
  )
  const log = async () =>
    (await store.events.list(accepted.order.accountId, accepted.order.id, 0, 100)).map(({ status }) => status)
  return { run, journal, order: accepted.order, written, lost: () => lost, log }
}

const routing = (run: Run) => run.take('routing', 'comparing quotes', {})
const building = (run: Run) =>
  run.take('building', 'best price', { venues: ['raydium-sim'] }, { minOutputAmount: 7n })
const failed = { eventId: systemIds.uuid(), status: 'failed' as const, phase: null, data: {} }

test('steps are written together by the last one, and the order shows them meanwhile', async () => {
  const { run, order, written, log } = await startRun(LONG_MS)
  await routing(run)
  await run.patiently(Promise.resolve())
  await building(run)
  expect(run.order).toMatchObject({ status: 'building', lastSeq: 3, minOutputAmount: 7n })
  expect(await log()).toEqual(['pending'])
  const left = await run.write({ events: [failed] })
  expect(left).toMatchObject({ status: 'failed', lastSeq: 4, minOutputAmount: 7n })
  expect(left).toEqual(await store.orders.get(null, order.id))
  const events = await store.events.list(order.accountId, order.id, 1, 100)
  expect(events.map(({ status, phase }) => [status, phase])).toEqual([
    ['routing', 'comparing quotes'],
    ['building', 'best price'],
    ['failed', null],
  ])
  expect(new Set(events.map(({ at }) => at)).size).toBe(1)
  // What ends the run is its caller's to tell.
  expect(written).toEqual(['routing', 'building'])
})

test('where work takes long the steps before it are written meanwhile, and what follows goes on from there', async () => {
  const { run, log, written } = await startRun(1)
  await routing(run)
  let finish: (value: string) => void = () => undefined
  const work = run.patiently(new Promise<string>((resolve) => (finish = resolve)))
  await eventually(async () => expect(await log()).toEqual(['pending', 'routing']))
  finish('quoted')
  expect(await work).toBe('quoted')
  expect(run.seen).toMatchObject({ status: 'routing', lastSeq: 2 })
  await building(run)
  await run.write({ events: [failed] })
  expect(await log()).toEqual(['pending', 'routing', 'building', 'failed'])
  expect(written).toEqual(['routing', 'building'])
})

test('without patience each step is written by itself', async () => {
  const { run, log } = await startRun(0)
  await routing(run)
  expect(await log()).toEqual(['pending', 'routing'])
  await building(run)
  expect(await log()).toEqual(['pending', 'routing', 'building'])
})

test('where another writer was first nothing of the run is written', async () => {
  const { run, journal, order, lost, log } = await startRun(LONG_MS)
  await routing(run)
  await building(run)
  await journal.append(steps(order, 1, ['pending', 'cancelled']))
  await expect(run.write({ events: [failed] })).rejects.toThrow(StepLostError)
  expect(await log()).toEqual(['pending', 'cancelled'])
  expect(run.seen).toMatchObject({ status: 'pending', lastSeq: 1 })
  expect(lost()).toBe(1)
})

test('a step that is lost while work takes long stops the run, whatever the work comes to', async () => {
  const { run, journal, order, lost } = await startRun(1)
  await routing(run)
  await journal.append(steps(order, 1, ['pending', 'cancelled']))
  let finish: () => void = () => undefined
  const work = run.patiently(new Promise<void>((resolve) => (finish = resolve)))
  const outcome = expect(work).rejects.toThrow(StepLostError)
  await eventually(() => expect(lost()).toBe(1))
  finish()
  await outcome
})

test('a failed attempt that is followed by another is recorded without an event', async () => {
  const { run, order, log } = await startRun(LONG_MS)
  await routing(run)
  await run.write()
  await run.write({
    events: [],
    attempt: { kind: 'fail', attempt: 1, code: 'VENUE_TIMEOUT', message: 'no answer' },
    changes: { dueInMs: 1_000 },
  })
  expect(await log()).toEqual(['pending', 'routing'])
  expect((await store.orders.get(null, order.id))?.attempts).toHaveLength(1)
})
