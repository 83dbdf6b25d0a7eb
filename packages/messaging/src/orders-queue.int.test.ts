import { createLogger, systemClock, systemIds } from '@fillstream/runtime'
import { createOrdersQueue, createOrdersWorker, type JobOutcome } from './orders-queue'

const redisUrl = process.env['TEST_REDIS_URL'] as string
const logger = createLogger({ service: 'test', level: 'silent' })
const config = { redisUrl, prefix: `test-queue-${systemIds.uuid()}`, shards: 2 }
const accountId = systemIds.uuid()
const queue = createOrdersQueue(config, logger)

afterAll(() => queue.close())

async function depth(): Promise<number> {
  const { waiting, running } = await queue.load()
  return waiting + running
}

/** A worker that hands every job to the test, which says what its outcome is. */
function work(outcome: (orderId: string, time: number) => JobOutcome, clock = systemClock) {
  const runs: string[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const worker = createOrdersWorker(
    { ...config, concurrency: 10, lockMs: 5_000 },
    ({ orderId }) => {
      runs.push(orderId)
      for (const { count, resolve } of waiting) if (runs.length >= count) resolve()
      return Promise.resolve(outcome(orderId, runs.filter((id) => id === orderId).length))
    },
    { clock, logger },
  )
  const reached = (count: number) =>
    new Promise<void>((resolve) => {
      waiting.push({ count, resolve })
      if (runs.length >= count) resolve()
    })
  return { worker, runs, reached }
}

test('a step is queued once while its job waits, and again after it has run', async () => {
  const orderId = systemIds.uuid()
  const step = { orderId, accountId, lastSeq: 1 }
  await queue.enqueue([step])
  await queue.enqueue([step])
  expect(await depth()).toBe(1)
  const { worker, runs, reached } = work(() => ({ again: false }))
  await reached(1)
  while ((await depth()) > 0) await systemClock.sleep(5)
  await queue.enqueue([step])
  await reached(2)
  expect(runs).toEqual([orderId, orderId])
  await worker.close()
})

test('a job that wants to run again after a delay does, under the same id', async () => {
  const orderId = systemIds.uuid()
  const { worker, runs, reached } = work((_id, time) =>
    time === 1 ? { again: true, delayMs: 20 } : { again: false },
  )
  await queue.enqueue([{ orderId, accountId, lastSeq: 2 }])
  await reached(2)
  expect(runs).toEqual([orderId, orderId])
  await worker.close()
})

test('a job that fails does not swallow the next under its id', async () => {
  const orderId = systemIds.uuid()
  const step = { orderId, accountId, lastSeq: 3 }
  const { worker, runs, reached } = work((_id, time) => {
    if (time === 1) throw new Error('a defect')
    return { again: false }
  })
  await queue.enqueue([step])
  await reached(1)
  while ((await depth()) > 0) await systemClock.sleep(5)
  await queue.enqueue([step])
  await reached(2)
  expect(runs).toHaveLength(2)
  await worker.close()
})

test('a job put off by a copy whose clock is an hour ahead runs when the order is found to be due', async () => {
  const step = { orderId: systemIds.uuid(), accountId, lastSeq: 4 }
  const ahead = { ...systemClock, now: () => systemClock.now() + 3_600_000 }
  const { worker, runs, reached } = work(
    (_id, time) => (time === 1 ? { again: true, delayMs: 20 } : { again: false }),
    ahead,
  )
  await queue.enqueue([step])
  await reached(1)
  while ((await depth()) > 0) await systemClock.sleep(5)
  await queue.requeue([step])
  await reached(2)
  expect(runs).toHaveLength(2)
  await worker.close()
})

test('of orders that are due, only those without a job are queued again', async () => {
  const steps = [5, 6, 7].map((lastSeq) => ({ orderId: systemIds.uuid(), accountId, lastSeq }))
  await queue.enqueue(steps.slice(0, 2))
  expect(await queue.requeue(steps)).toBe(1)
  expect(await queue.requeue(steps)).toBe(0)
  expect(await depth()).toBe(3)
  const { worker, runs, reached } = work(() => ({ again: false }))
  await reached(3)
  expect(runs.sort()).toEqual(steps.map(({ orderId }) => orderId).sort())
  await worker.close()
})

test('a worker that is paused takes no job until it is resumed, and the jobs that came meanwhile then run', async () => {
  const { worker, runs, reached } = work(() => ({ again: false }))
  const first = { orderId: systemIds.uuid(), accountId, lastSeq: 1 }
  await queue.enqueue([first])
  await reached(1)
  while ((await depth()) > 0) await systemClock.sleep(5)
  worker.pause()
  const later = Array.from({ length: 30 }, () => ({ orderId: systemIds.uuid(), accountId, lastSeq: 1 }))
  await queue.enqueue(later)
  for (let i = 0; i < 10; i++) {
    worker.resume()
    worker.pause()
  }
  worker.resume()
  await reached(31)
  expect(new Set(runs)).toEqual(new Set([first, ...later].map(({ orderId }) => orderId)))
  while ((await depth()) > 0) await systemClock.sleep(5)
  await worker.close()
})
