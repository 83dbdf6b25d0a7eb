import { type Clock } from './deps'
import { startPolling } from './polling'

/** A clock whose sleepers sleep until they are stopped: the loop reads once, and time passes by hand. */
function rig() {
  let nowMs = 0
  const clock: Clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      ),
  }
  const reads: { resolve(value: string): void; reject(error: Error): void }[] = []
  const told: string[] = []
  const polled = startPolling(clock, {
    intervalMs: 100,
    initial: 'nothing',
    read: () => new Promise<string>((resolve, reject) => reads.push({ resolve, reject })),
    onRead: (value, before) => told.push(`${before} -> ${value}`),
  })
  return { polled, reads, told, pass: (ms: number) => (nowMs += ms) }
}

test('what is young enough is not read again, and who asks during a read shares it', async () => {
  const { polled, reads, told, pass } = rig()
  expect(polled.latest()).toBe('nothing')
  const asked = polled.fresh(50)
  expect(reads).toHaveLength(1)
  reads[0]?.resolve('a')
  expect(await asked).toBe('a')
  pass(50)
  expect(await polled.fresh(50)).toBe('a')
  expect(reads).toHaveLength(1)
  expect(told).toEqual(['nothing -> a'])
  await polled.stop()
})

test('what is too old is read anew, also where a read that began earlier has not ended', async () => {
  const { polled, reads, pass } = rig()
  pass(60)
  const asked = polled.fresh(50)
  expect(reads).toHaveLength(2)
  reads[1]?.resolve('newer')
  expect(await asked).toBe('newer')
  reads[0]?.resolve('older')
  await polled.stop()
  expect(polled.latest()).toBe('newer')
})

test('a read that fails is an error to who needs it, and leaves what is known to who does not', async () => {
  const { polled, reads, pass } = rig()
  reads[0]?.resolve('a')
  await polled.fresh(0)
  pass(51)
  const asked = polled.fresh(50)
  reads[1]?.reject(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
  expect(polled.latest()).toBe('a')
  await polled.stop()
})
