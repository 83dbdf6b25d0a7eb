import { orderIdSchema } from '@fillstream/types'
import { snapshotOf, type OrderSnapshot } from '@fillstream/core'
import { type OrderCache } from '@fillstream/messaging'
import { type NotifierEvents } from './events'
import { type Reads } from './reads'

/** How things stand now, for the answer to a subscribe. */
export interface Snapshots {
  /**
   * The account's order: from Redis where it is kept, else from Postgres. Null where there is none, or it is another
   * account's. Rejects where Postgres would have to be asked and is away.
   */
  order(accountId: string, orderId: string): Promise<OrderSnapshot | null>
  /** The cursor of the account's latest event. */
  cursor(accountId: string): Promise<number>
  /** The account's running orders, oldest first. */
  active(accountId: string): Promise<OrderSnapshot[]>
}

export function createSnapshots(
  reads: Pick<Reads, 'order' | 'activeOrders' | 'cursor'>,
  cache: Pick<OrderCache, 'get'>,
  events: NotifierEvents,
): Snapshots {
  async function cached(accountId: string, orderId: string): Promise<OrderSnapshot | null> {
    try {
      return await cache.get(accountId, orderId)
    } catch (error) {
      events.readFailed('order-cache', error)
      return null
    }
  }
  return {
    async order(accountId, id) {
      const orderId = id.toLowerCase()
      if (!orderIdSchema.safeParse(orderId).success) return null
      const kept = await cached(accountId, orderId)
      if (kept) return kept.accountId === accountId ? kept : null
      const order = await reads.order(accountId, orderId)
      return order && snapshotOf(order)
    },
    cursor: (accountId) => reads.cursor(accountId),
    async active(accountId) {
      return (await reads.activeOrders(accountId)).map(snapshotOf)
    },
  }
}
