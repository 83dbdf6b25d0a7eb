import { setImmediate as nextTurn } from 'node:timers/promises'
import { IN_TIME, type Clock } from '@fillstream/runtime'

export interface Patience {
  /** After this long the work is given up if `isHopeless`... */
  readonly patienceMs: number
  /** ...and after this long in any case. */
  readonly mostMs: number
  readonly isHopeless: () => boolean
}

const LOOK_AGAIN_MS = 250

/**
 * `work`, or what `late` throws. A busy machine is waited for, a dependency that is away is not. Work that comes too late
 * is left to finish unheard.
 */
export async function patiently<T>(
  clock: Clock,
  { patienceMs, mostMs, isHopeless }: Patience,
  work: Promise<T>,
  late: () => Error,
): Promise<T> {
  // What is at hand needs no clock: most requests are known callers.
  let settled = false
  const settling = work.then(
    () => (settled = true),
    () => (settled = true),
  )
  await Promise.race([settling, nextTurn()])
  if (settled) return work
  const answered = new AbortController()
  const givenUp = async (): Promise<never> => {
    await clock.sleep(patienceMs, answered.signal)
    for (let waited = patienceMs; waited < mostMs && !isHopeless(); waited += LOOK_AGAIN_MS)
      await clock.sleep(LOOK_AGAIN_MS, answered.signal)
    throw late()
  }
  try {
    return await Promise.race([work, givenUp()])
  } finally {
    answered.abort(IN_TIME)
  }
}
