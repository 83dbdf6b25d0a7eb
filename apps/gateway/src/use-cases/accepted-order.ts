import { NEW_ORDER_STATE, snapshotOf, type Order, type OrderSnapshot } from '@fillstream/core'

/**
 * The order as it was when it was accepted, whatever has become of it since: what a submission answers, at first and
 * when it is repeated.
 */
export function asAccepted(order: Order): OrderSnapshot {
  return snapshotOf({
    ...order,
    ...NEW_ORDER_STATE,
    updatedAt: order.createdAt,
    // A limit order has its bound from the start; those of the others are fixed later.
    minOutputAmount: order.type === 'limit' ? order.minOutputAmount : null,
    maxInputAmount: order.type === 'limit' ? order.maxInputAmount : null,
  })
}
