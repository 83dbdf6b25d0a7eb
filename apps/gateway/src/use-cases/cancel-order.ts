import { AppError, isCancellable, snapshotOf, type Order } from '@fillstream/core'
import { type IdSource } from '@fillstream/runtime'
import { type Journal, type OrderReads } from '@fillstream/store'
import { type GatewayEvents } from '../events'
import { type Call } from '../http/call'
import { noSuchOrder } from './read-order'

export interface CancelOrderDeps {
  readonly orders: Pick<OrderReads, 'get'>
  readonly journal: Pick<Journal, 'append' | 'retell'>
  readonly events: GatewayEvents
  readonly ids: IdSource
  /** The order as it is shown along with CANCEL_TOO_LATE. */
  readonly view: (order: ReturnType<typeof snapshotOf>) => unknown
}

export type CancelOrder = (
  call: Pick<Call<'cancelOrder'>, 'caller' | 'requestId'>,
  orderId: string,
) => Promise<Order>

/** Far more steps than an order takes: each lost race means that it took one. */
const MAX_RACES = 20

/**
 * Cancels an order that is not yet submitted; one that is cancelled already is answered as it is. The step is a
 * compare-and-set: where the worker was first, the order is read again. Throws NOT_FOUND or CANCEL_TOO_LATE.
 */
export function createCancelOrder({ orders, journal, events, ids, view }: CancelOrderDeps): CancelOrder {
  return async ({ caller, requestId }, orderId) => {
    const { accountId } = caller
    for (let race = 0; race < MAX_RACES; race += 1) {
      const order = await orders.get(accountId, orderId)
      if (!order) throw noSuchOrder()
      if (!isCancellable(order.status)) {
        await journal.retell(order)
        if (order.status === 'cancelled') return order
        throw new AppError('CANCEL_TOO_LATE', `the order is ${order.status}`, {
          order: view(snapshotOf(order)),
        })
      }
      const result = await journal.append({
        orderId,
        accountId,
        from: order.status,
        expectedSeq: order.lastSeq,
        order,
        events: [{ eventId: ids.uuid(), status: 'cancelled', phase: null, data: {} }],
      })
      if (result.outcome === 'conflict') continue
      events.orderCancelled({ requestId, orderId, accountId })
      return result.order
    }
    throw new AppError('OVERLOADED', 'the order kept changing; try again')
  }
}
