import { type OrdersQueue, type QueuedOrder } from '@fillstream/messaging'
import { type Deps } from '@fillstream/runtime'
import { type GatewayEvents } from '../events'

/** Hands accepted orders to the queue, without anyone waiting for it. */
export interface Enqueuer {
  /** An order that cannot be queued is found by the sweeper. */
  add(order: QueuedOrder): void
  /** Resolves when all that was added is queued or has failed. */
  close(): Promise<void>
}

const MAX_BATCH = 500
const MAX_WAITING = 20_000

/** While one group is on its way to Redis, the next one gathers: concurrent requests share a round trip. */
export function createEnqueuer(
  queue: Pick<OrdersQueue, 'enqueue'>,
  {
    events,
    checkpoint,
  }: Pick<Deps, 'checkpoint'> & { readonly events: Pick<GatewayEvents, 'enqueueFailed'> },
): Enqueuer {
  let waiting: QueuedOrder[] = []
  let running: Promise<void> | null = null

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH)
      waiting = waiting.slice(MAX_BATCH)
      try {
        await queue.enqueue(batch)
        checkpoint('accepted.enqueued')
      } catch (error) {
        events.enqueueFailed(error, batch.length)
      }
    }
    running = null
  }

  return {
    add(order) {
      if (waiting.length >= MAX_WAITING) {
        events.enqueueFailed(new Error(`more than ${MAX_WAITING} orders wait for Redis`), 1)
        return
      }
      waiting.push(order)
      // The other requests of this turn of the event loop join the group.
      running ??= Promise.resolve().then(drain)
    },
    async close() {
      await running
    },
  }
}
