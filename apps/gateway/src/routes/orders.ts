import { AppError, orderView, snapshotOf, type OrderSnapshot } from '@fillstream/core'
import { type Store } from '@fillstream/store'
import { clientOrderIdSchema, type OrderView } from '@fillstream/types'
import { type Dependencies } from '../dependencies'
import { type Handlers } from '../http/call'
import { type CancelOrder } from '../use-cases/cancel-order'
import { type PlaceOrder } from '../use-cases/place-order'
import { noSuchOrder, orderIdOf, type ReadOrder } from '../use-cases/read-order'
import { resolveFilter } from '../use-cases/resolve-mints'

export interface OrderRoutesDeps {
  readonly store: Pick<Store, 'orders' | 'events'>
  readonly placeOrder: PlaceOrder
  readonly readOrder: ReadOrder
  readonly cancelOrder: CancelOrder
  readonly dependencies: Pick<Dependencies, 'assertUp'>
  readonly view: (order: OrderSnapshot) => OrderView
}

type OrderHandlers = Pick<
  Handlers,
  | 'placeOrder'
  | 'listOrders'
  | 'getOrderByClientId'
  | 'getOrder'
  | 'listOrderEvents'
  | 'getOrderRoute'
  | 'cancelOrder'
>

/** An order has about five events for each attempt, and at most three attempts: a page holds them all. */
const EVENTS_PAGE = 500

/** The order as clients see it. */
export function createOrderView(streamBase: string): (order: OrderSnapshot) => OrderView {
  return (order) => orderView(order, { streamBase })
}

export function orderRoutes(deps: OrderRoutesDeps): OrderHandlers {
  const { store, placeOrder, readOrder, cancelOrder, dependencies, view } = deps
  return {
    async placeOrder(call) {
      const { order, replayed } = await placeOrder({ form: 'order', call, request: call.body })
      const body = view(order)
      return {
        body,
        headers: { Location: body.links.self, ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}) },
      }
    },

    async listOrders({ caller, query }) {
      const inputMint = resolveFilter('inputMint', query.inputMint)
      const outputMint = resolveFilter('outputMint', query.outputMint)
      dependencies.assertUp('postgres')
      const { items, nextCursor } = await store.orders.list(caller.accountId, {
        limit: query.limit,
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.type === undefined ? {} : { type: query.type }),
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        ...(inputMint === undefined ? {} : { inputMint }),
        ...(outputMint === undefined ? {} : { outputMint }),
      })
      return { body: { items: items.map((order) => view(snapshotOf(order))), nextCursor } }
    },

    async getOrderByClientId({ caller, params }) {
      const clientOrderId = clientOrderIdSchema.safeParse(params['clientOrderId'])
      if (!clientOrderId.success) throw noSuchOrder()
      dependencies.assertUp('postgres')
      const order = await store.orders.getByClientOrderId(caller.accountId, clientOrderId.data)
      if (!order) throw noSuchOrder()
      return { body: view(snapshotOf(order)) }
    },

    async getOrder({ caller, params }) {
      return { body: view(await readOrder(caller.accountId, orderIdOf(params))) }
    },

    async listOrderEvents({ caller, params, query }) {
      const orderId = orderIdOf(params)
      dependencies.assertUp('postgres')
      const found = await store.events.list(caller.accountId, orderId, query.afterSeq, EVENTS_PAGE + 1)
      // Every order has events; none may only mean that the reader has seen them all.
      if (found.length === 0 && !(await store.orders.get(caller.accountId, orderId))) throw noSuchOrder()
      const items = found.slice(0, EVENTS_PAGE)
      const last = items.at(-1)
      return { body: { items, nextCursor: found.length > EVENTS_PAGE && last ? String(last.seq) : null } }
    },

    async getOrderRoute({ caller, params }) {
      const orderId = orderIdOf(params)
      dependencies.assertUp('postgres')
      const found = await store.orders.routeReceipt(caller.accountId, orderId)
      if (!found) throw noSuchOrder()
      if (!found.receipt) throw new AppError('NOT_FOUND', 'the order is not routed yet')
      return { body: { ...found.receipt, orderId, attempt: found.attempt } }
    },

    async cancelOrder(call) {
      const orderId = orderIdOf(call.params)
      dependencies.assertUp('postgres')
      return { body: view(snapshotOf(await cancelOrder(call, orderId))) }
    },
  }
}
