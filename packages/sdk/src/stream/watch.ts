import type { Subscription, SubscriptionHandle } from './connection'
import { createEventQueue, type EventQueue } from './event-queue'
import type { Stream } from './stream'

export interface WatchConfig<Item> {
  readonly stream: Stream
  readonly signal: AbortSignal | undefined
  /** Items that may wait for a slow reader. */
  readonly maxWaiting: number
  /** What becomes of more: the server keeps them (`pause`), where it can replay them, or the oldest go. */
  readonly whenFull: 'pause' | 'dropOldest'
  /**
   * What to subscribe to; asked once, at the first `next()`.
   * @param left aborted as soon as nobody reads any more
   */
  subscription(
    queue: Pick<EventQueue<Item>, 'push' | 'end' | 'fail'>,
    left: AbortSignal,
  ): Subscription | Promise<Subscription>
}

/** Subscribes at the first `next()`, and leaves when the items end, the reader returns or the signal aborts. */
export function watch<Item>(config: WatchConfig<Item>): AsyncIterableIterator<Item> {
  const { stream, signal } = config
  const left = new AbortController()
  let handle: SubscriptionHandle | undefined
  let started = false
  const onAbort = () => queue.fail(signal?.reason)
  const queue = createEventQueue<Item>({
    limit: config.maxWaiting,
    whenFull:
      config.whenFull === 'dropOldest'
        ? 'dropOldest'
        : { pause: () => handle?.pause(), resume: () => handle?.resume() },
    closed: () => {
      signal?.removeEventListener('abort', onAbort)
      left.abort()
      handle?.close()
    },
  })
  const subscribe = async () => {
    try {
      const subscription = await config.subscription(queue, left.signal)
      if (!left.signal.aborted) handle = stream.subscribe(subscription)
    } catch (error) {
      queue.fail(error)
    }
  }
  const start = () => {
    if (started) return
    started = true
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    void subscribe()
  }
  return {
    next: () => {
      start()
      return queue.next()
    },
    return: () => {
      started = true
      queue.discard()
      return Promise.resolve({ done: true, value: undefined })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
