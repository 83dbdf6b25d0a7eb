import { failureOf, type Order } from '@fillstream/core'
import { type Engine } from '../engine'

/**
 * Ends an order whose time is over. The store lets the step win only where that is so by the clock of Postgres, and where
 * nobody else moved the order; then it is null.
 */
export async function expire(
  engine: Engine,
  order: Pick<Order, 'id' | 'accountId' | 'lastSeq' | 'status'>,
): Promise<Order | null> {
  const failure = failureOf('ORDER_EXPIRED', 'its time was over before it was filled')
  const result = await engine.journal.append({
    orderId: order.id,
    accountId: order.accountId,
    from: order.status,
    expectedSeq: order.lastSeq,
    events: [{ eventId: engine.ids.uuid(), status: 'expired', phase: null, data: { failure } }],
    changes: { failure },
  })
  if (result.outcome === 'conflict') return null
  engine.events.stepTaken(result.order)
  return result.order
}
