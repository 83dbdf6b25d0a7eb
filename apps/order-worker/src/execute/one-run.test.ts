import { type JobOutcome } from '@fillstream/messaging'
import { oneRunEach } from './one-run'

const DONE: JobOutcome = { again: false }
const LATER: JobOutcome = { again: true, delayMs: 5 }

function heldRuns() {
  const runs: { orderId: string; end(outcome: JobOutcome): void; fail(error: Error): void }[] = []
  const execute = oneRunEach(
    (orderId) => new Promise<JobOutcome>((end, fail) => runs.push({ orderId, end, fail })),
  )
  const begun = async (count: number) => {
    while (runs.length < count) await new Promise((resolve) => setImmediate(resolve))
  }
  return { runs, execute, begun }
}

test('a second run of an order ends at once and the first looks once more; other orders run beside it', async () => {
  const { runs, execute, begun } = heldRuns()
  const first = execute('a')
  const other = execute('b')
  expect([await execute('a'), await execute('a')]).toEqual([DONE, DONE])
  expect(runs.map(({ orderId }) => orderId)).toEqual(['a', 'b'])
  runs[0]?.end(DONE)
  await begun(3)
  expect(runs[2]?.orderId).toBe('a')
  runs[1]?.end(LATER)
  runs[2]?.end(DONE)
  expect([await first, await other]).toEqual([DONE, LATER])
  expect(runs).toHaveLength(3)
})

test('a run that is to be repeated after a pause has its pause', async () => {
  const { runs, execute } = heldRuns()
  const first = execute('a')
  await execute('a')
  runs[0]?.end(LATER)
  expect(await first).toEqual(LATER)
  expect(runs).toHaveLength(1)
})

test('an order runs again after a run that failed', async () => {
  const { runs, execute } = heldRuns()
  const first = execute('a')
  runs[0]?.fail(new Error('away'))
  await expect(first).rejects.toThrow('away')
  void execute('a')
  expect(runs).toHaveLength(2)
})
