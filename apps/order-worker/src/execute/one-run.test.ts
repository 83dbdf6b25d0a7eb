import { type JobOutcome } from '@fillstream/messaging'
import { oneRunEach } from './one-run'

function heldRuns() {
  const runs: { orderId: string; end(outcome: JobOutcome): void; fail(error: Error): void }[] = []
  const execute = oneRunEach(
    (orderId) => new Promise<JobOutcome>((end, fail) => runs.push({ orderId, end, fail })),
  )
  return { runs, execute }
}

test('a second run of an order ends at once, and the first goes on; other orders run beside it', async () => {
  const { runs, execute } = heldRuns()
  const first = execute('a')
  const other = execute('b')
  expect(await execute('a')).toEqual({ again: false })
  expect(runs.map(({ orderId }) => orderId)).toEqual(['a', 'b'])
  for (const run of runs) run.end({ again: true, delayMs: 5 })
  expect(await Promise.all([first, other])).toEqual([
    { again: true, delayMs: 5 },
    { again: true, delayMs: 5 },
  ])
})

test('an order runs again after a run that failed', async () => {
  const { runs, execute } = heldRuns()
  const first = execute('a')
  runs[0]?.fail(new Error('away'))
  await expect(first).rejects.toThrow('away')
  void execute('a')
  expect(runs).toHaveLength(2)
})
