import { isTerminal, type StreamEvent } from '../model/event'
import type { Subscription } from './connection'
import { eventOf } from './messages'
import type { Stream } from './stream'
import { watch } from './watch'

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
  return watch<StreamEvent>({
    stream,
    signal,
    maxWaiting: MAX_WAITING,
    whenFull: 'pause',
    subscription: (queue): Subscription<'order'> => ({
      channel: 'order',
      id: orderId,
      position: () => ({ afterSeq: last }),
      subscribed: ({ status, lastSeq }) => {
        if (isTerminal(status) && lastSeq <= last) queue.end()
        return 'repeat'
      },
      event: (message) => {
        const event = eventOf(message)
        if (event.seq <= last) return 'repeat'
        if (event.seq > last + 1) return 'gap'
        last = event.seq
        queue.push(event)
        if (isTerminal(event.status)) queue.end()
        return 'taken'
      },
      failed: (error) => queue.fail(error),
    }),
  })
}

/** The events of all orders of the account after `cursor` (or from now on), each once and in order, without end. */
export function watchOrders(
  stream: Stream,
  cursor: number | undefined,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<StreamEvent> {
  let last = cursor
  return watch<StreamEvent>({
    stream,
    signal,
    maxWaiting: MAX_WAITING,
    whenFull: 'pause',
    subscription: (queue): Subscription<'orders'> => ({
      channel: 'orders',
      id: null,
      position: () => (last === undefined ? {} : { cursor: last }),
      subscribed: (snapshot) => {
        last ??= snapshot.cursor
        return 'repeat'
      },
      event: (message) => {
        const event = eventOf(message)
        if (last !== undefined && event.cursor <= last) return 'repeat'
        if (last !== undefined && event.cursor > last + 1) return 'gap'
        last = event.cursor
        queue.push(event)
        return 'taken'
      },
      failed: (error) => queue.fail(error),
    }),
  })
}
