import { type Clock } from '@fillstream/runtime'
import { createPatience } from './deadline'

/** A clock whose waits are over as soon as everything else is done, counting what was waited. */
function eagerClock() {
  let waited = 0
  let sleeps = 0
  const clock = {
    monotonic: () => waited,
    sleep: (ms: number) =>
      new Promise<void>((resolve) => {
        sleeps += 1
        setImmediate(() => {
          waited += ms
          resolve()
        })
      }),
  } as Clock
  return { clock, waited: () => waited, sleeps: () => sleeps }
}

const never = new Promise<never>(() => undefined)
const late = () => new Error('late')
const patience = { patienceMs: 1_000, mostMs: 5_000, isHopeless: () => true }

test('work that is done in time is the answer, and so is its failure', async () => {
  const patiently = createPatience(eagerClock().clock)
  await expect(patiently(patience, Promise.resolve(1), late)).resolves.toBe(1)
  await expect(patiently(patience, Promise.reject(new Error('no')), late)).rejects.toThrow('no')
})

test('hopeless work is given up after the patience, other work only at the end', async () => {
  for (const [isHopeless, most] of [
    [true, 1_000],
    [false, 5_000],
  ] as const) {
    const { clock, waited } = eagerClock()
    const patiently = createPatience(clock)
    await expect(patiently({ ...patience, isHopeless: () => isHopeless }, never, late)).rejects.toThrow(
      'late',
    )
    expect(waited()).toBe(most)
  }
})

test('what waits together shares a timer, and each has its own time', async () => {
  const { clock, sleeps, waited } = eagerClock()
  const patiently = createPatience(clock)
  const hasty = patiently({ ...patience, patienceMs: 500 }, never, late).catch(() => waited())
  const patient = patiently(patience, never, late).catch(() => waited())
  expect(await Promise.all([hasty, patient])).toEqual([500, 1_000])
  expect(sleeps()).toBe(1_000 / 250)
  await patiently(patience, Promise.resolve(), late)
  const again = patiently(patience, never, late).catch(() => waited())
  expect(await again).toBeGreaterThanOrEqual(2_000)
})
