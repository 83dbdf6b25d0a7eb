import { startTogether } from './together'

/** Runs that go on until they are told to end, under a clock whose windows close by hand. */
function heldRuns() {
  const windows: (() => void)[] = []
  const together = startTogether({ sleep: () => new Promise((close) => windows.push(close)) })
  const ends: (() => void)[] = []
  let started = 0
  const start = () =>
    together(() => {
      started += 1
      return new Promise<void>((end) => ends.push(end))
    })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { windows, ends, start, settled, started: () => started }
}

test('few runs start at once', async () => {
  const { windows, start, settled, started } = heldRuns()
  for (let n = 0; n < 32; n += 1) void start()
  await settled()
  expect([started(), windows.length]).toEqual([32, 0])
})

test('of many, those that come within a window start at its end, and later ones at the end of the next', async () => {
  const { windows, start, settled, started } = heldRuns()
  for (let n = 0; n < 40; n += 1) void start()
  await settled()
  expect([started(), windows.length]).toEqual([32, 1])
  windows[0]?.()
  await settled()
  expect(started()).toBe(40)
  void start()
  await settled()
  expect([started(), windows.length]).toEqual([40, 2])
  windows[1]?.()
  await settled()
  expect(started()).toBe(41)
})

test('those that wait start at once when they are many; the window that they no longer need ends nobody’s wait', async () => {
  const { windows, start, settled, started } = heldRuns()
  for (let n = 0; n < 32 + 23; n += 1) void start()
  await settled()
  expect([started(), windows.length]).toEqual([32, 1])
  void start()
  await settled()
  expect(started()).toBe(32 + 24)
  void start()
  await settled()
  expect(windows).toHaveLength(2)
  windows[0]?.()
  await settled()
  expect(started()).toBe(32 + 24)
  windows[1]?.()
  await settled()
  expect(started()).toBe(32 + 25)
})

test('when few are left the next one starts at once again; one that fails counts as ended', async () => {
  const { windows, ends, start, settled, started } = heldRuns()
  const runs = Array.from({ length: 32 }, () => start())
  await settled()
  ends.forEach((end) => end())
  await Promise.all(runs)
  void start()
  await settled()
  expect([started(), windows.length]).toEqual([33, 0])
  const together = startTogether({ sleep: () => Promise.reject(new Error('no window is due')) })
  for (let n = 0; n < 40; n += 1)
    await expect(together(() => Promise.reject(new Error('away')))).rejects.toThrow('away')
})
