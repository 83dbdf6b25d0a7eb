import { type JobOutcome } from '@fillstream/messaging'
import { oneRunEach } from './one-run'

const AGAIN: JobOutcome = { again: true, delayMs: 5 }

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

test('a second run of an order waits for the first, a third ends at once; other orders run beside them', async () => {
  const { runs, execute, begun } = heldRuns()
  const first = execute('a')
  const other = execute('b')
  const second = execute('a')
  expect(await execute('a')).toEqual({ again: false })
  expect(runs.map(({ orderId }) => orderId)).toEqual(['a', 'b'])
  runs[0]?.end(AGAIN)
  expect(await first).toEqual(AGAIN)
  await begun(3)
  expect(runs[2]?.orderId).toBe('a')
  runs[1]?.end(AGAIN)
  runs[2]?.end({ again: false })
  expect([await other, await second]).toEqual([AGAIN, { again: false }])
})

test('an order runs again after a run that failed, also for who waited', async () => {
  const { runs, execute, begun } = heldRuns()
  const first = execute('a')
  const second = execute('a')
  runs[0]?.fail(new Error('away'))
  await expect(first).rejects.toThrow('away')
  await begun(2)
  runs[1]?.end(AGAIN)
  expect(await second).toEqual(AGAIN)
  void execute('a')
  expect(runs).toHaveLength(3)
})
