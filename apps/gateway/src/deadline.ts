import { type Clock } from '@fillstream/runtime'

/** `work`, or what `late` throws after `ms`. Work that comes too late is left to finish unheard. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const timer = new AbortController()
  const expiry = clock.sleep(ms, timer.signal).then(() => {
    throw late()
  })
  try {
    return await Promise.race([work, expiry])
  } finally {
    timer.abort()
  }
}
