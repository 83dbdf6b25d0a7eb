import { type Clock } from '@fillstream/runtime'
import { patiently } from './deadline'

/** A clock whose waits are over as soon as everything else is done, counting what was waited. */
function eagerClock() {
  let waited = 0
  const clock = {
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        setImmediate(() => {
          if (signal?.aborted) reject(new Error('aborted'))
          waited += ms
          resolve()
        })
      }),
  } as Clock
  return { clock, waited: () => waited }
}

const never = new Promise<never>(() => undefined)
const late = () => new Error('late')

test('work that is done in time is the answer, and so is its failure', async () => {
  const { clock } = eagerClock()
  const patience = { patienceMs: 1_000, mostMs: 5_000, isHopeless: () => true }
  await expect(patiently(clock, patience, Promise.resolve(1), late)).resolves.toBe(1)
  await expect(patiently(clock, patience, Promise.reject(new Error('no')), late)).rejects.toThrow('no')
})

test('hopeless work is given up after the patience, other work only at the end', async () => {
  for (const [isHopeless, most] of [
    [true, 1_000],
    [false, 5_000],
  ] as const) {
    const { clock, waited } = eagerClock()
    const patience = { patienceMs: 1_000, mostMs: 5_000, isHopeless: () => isHopeless }
    await expect(patiently(clock, patience, never, late)).rejects.toThrow('late')
    expect(waited()).toBe(most)
  }
})
