import { type Order } from '@fillstream/core'
import { type IdSource } from '@fillstream/runtime'
import { type OrderAppend } from '@fillstream/store'
import { type EventData, type OrderStatus } from '@fillstream/types'

/** The append of these steps to an order as it was read: each a status, what people read along with it, and its data. */
export function stepsOf(
  { ids }: { readonly ids: IdSource },
  order: Order,
  steps: readonly (readonly [status: OrderStatus, phase: string | null, data: EventData])[],
): OrderAppend {
  return {
    orderId: order.id,
    accountId: order.accountId,
    from: order.status,
    expectedSeq: order.lastSeq,
    order,
    events: steps.map(([status, phase, data]) => ({ eventId: ids.uuid(), status, phase, data })),
  }
}
