import { IN_TIME, type Clock } from '@fillstream/runtime'

/** Something took longer than it was given. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/**
 * What `work` comes to, or a TimeoutError after `ms`. The signal that `work` is handed fires when its result is no longer
 * waited for; after a success it never does, so that a subscription made under it lives on. What is at hand needs no clock.
 */
export async function within<Result>(
  clock: Clock,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Result | Promise<Result>,
): Promise<Result> {
  const unwanted = new AbortController()
  const begun = work(unwanted.signal)
  if (!(begun instanceof Promise)) return begun
  const timer = new AbortController()
  const expiry = clock.sleep(Math.max(0, ms), timer.signal).then(() => {
    throw new TimeoutError(`${what} took longer than ${Math.round(ms)} ms`)
  })
  try {
    return await Promise.race([begun, expiry])
  } catch (error) {
    unwanted.abort()
    throw error
  } finally {
    timer.abort(IN_TIME)
  }
}
