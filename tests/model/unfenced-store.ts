import { type OrderAppend, type Store } from '@fillstream/store'
import { type Client } from 'pg'

/**
 * A store without its compare-and-set: each append is told, just before, where its order stands, and so always wins.
 * What the writer wants to write stays as it is.
 */
export function unfencedStore(store: Store, client: Client): Store {
  async function refreshed({ order: _order, ...append }: OrderAppend): Promise<OrderAppend> {
    const { rows } = await client.query<{ seq: number; attempts: number }>(
      'select last_seq as seq, attempt_count as attempts from orders where id = $1',
      [append.orderId],
    )
    const { seq, attempts } = rows[0] ?? { seq: 0, attempts: 0 }
    const { attempt } = append
    if (attempt === undefined || attempt.kind === 'resolve') return { ...append, expectedSeq: seq }
    return { ...append, expectedSeq: seq, attempt: { ...attempt, attempt: attempts + 1 } }
  }
  return {
    ...store,
    orders: {
      ...store.orders,
      appendEvents: async (appends) => store.orders.appendEvents(await Promise.all(appends.map(refreshed))),
    },
  }
}
