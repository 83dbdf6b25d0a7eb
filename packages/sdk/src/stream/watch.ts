import { isTerminal, type StreamEvent } from '../model/event'
import type { Order } from '../model/order'
import type { Subscription, SubscriptionHandle } from './connection'
import { createEventQueue } from './event-queue'
import type { OrdersSnapshot } from './messages'
import type { Stream } from './stream'

/** Events that wait for a slow reader; beyond it the server keeps them. */
const MAX_WAITING = 1_024

/** The events of one order after `afterSeq`, each once and in order, to the terminal one. */
export function watchOrder(
  stream: Stream,
  orderId: string,
  afterSeq: number,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<StreamEvent> {
  let last = afterSeq
  return watch(stream, signal, (queue) => ({
    channel: 'order',
    id: orderId,
    position: () => ({ afterSeq: last }),
    subscribed: (snapshot) => {
      const { status, lastSeq } = snapshot as Order
      if (isTerminal(status) && lastSeq <= last) queue.end()
    },
    event: (event) => {
      if (event.seq <= last) return 'repeat'
      if (event.seq > last + 1) return 'gap'
      last = event.seq
      queue.push(event)
      if (isTerminal(event.status)) queue.end()
      return 'taken'
    },
    failed: (error) => queue.fail(error),
  }))
}

/** The events of all orders of the account after `cursor` (or from now on), each once and in order, without end. */
export function watchOrders(
  stream: Stream,
  cursor: number | undefined,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<StreamEvent> {
  let last = cursor
  return watch(stream, signal, (queue) => ({
    channel: 'orders',
    id: null,
    position: () => (last === undefined ? {} : { cursor: last }),
    subscribed: (snapshot) => {
      last ??= (snapshot as OrdersSnapshot).cursor
    },
    event: (event) => {
      if (last !== undefined && event.cursor <= last) return 'repeat'
      if (last !== undefined && event.cursor > last + 1) return 'gap'
      last = event.cursor
      queue.push(event)
      return 'taken'
    },
    failed: (error) => queue.fail(error),
  }))
}

interface Queue {
  push(event: StreamEvent): void
  end(): void
  fail(error: unknown): void
}

/** Subscribes at the first `next()`, and leaves when the events end, the reader returns or the signal aborts. */
function watch(
  stream: Stream,
  signal: AbortSignal | undefined,
  subscriptionOf: (queue: Queue) => Subscription,
): AsyncIterableIterator<StreamEvent> {
  let handle: SubscriptionHandle | undefined
  let started = false
  const onAbort = () => queue.fail(signal?.reason)
  const queue = createEventQueue<StreamEvent>({
    limit: MAX_WAITING,
    full: () => handle?.pause(),
    drained: () => handle?.resume(),
    closed: () => {
      signal?.removeEventListener('abort', onAbort)
      handle?.close()
    },
  })
  const start = () => {
    if (started) return
    started = true
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    handle = stream.subscribe(subscriptionOf(queue))
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
