import { FillstreamError } from './errors'
import type { Http } from './http'
import type { CallOptions } from './market'
import type { OrderEvent, StreamEvent } from './model/event'
import type { Order, OrderListQuery, OrderRoute, Page, PlaceOrderRequest } from './model/order'
import type { Stream } from './stream/stream'
import { watchOrder, watchOrders } from './stream/watch-orders'

export interface PlaceOptions extends CallOptions {
  /** Orders with one key are one order, for 24 h. @defaultValue a new key for every `place`, kept over its retries */
  readonly idempotencyKey?: string | undefined
}

export interface WatchOptions extends CallOptions {
  /** Leave out the events up to this one. @defaultValue `0` */
  readonly afterSeq?: number | undefined
}

export interface WatchAllOptions extends CallOptions {
  /** `cursor` of the last event seen. Left out: from now on. */
  readonly cursor?: number | undefined
}

export interface OrderCalls {
  /**
   * Submits an order. What it resolves to is durable: the order reaches exactly one terminal status.
   * A `FillstreamError` that is `retryable` leaves open whether it was accepted: place again with its `idempotencyKey`.
   */
  place(request: PlaceOrderRequest, options?: PlaceOptions): Promise<Order>
  get(orderId: string, options?: CallOptions): Promise<Order>
  getByClientId(clientOrderId: string, options?: CallOptions): Promise<Order>
  /** One page of the history, newest first. */
  list(query?: OrderListQuery, options?: CallOptions): Promise<Page<Order>>
  /** The whole history, newest first, page by page as it is read. */
  listAll(query?: OrderListQuery, options?: CallOptions): AsyncIterableIterator<Order>
  /** The event log of an order after `afterSeq`. */
  events(orderId: string, options?: WatchOptions): Promise<Page<OrderEvent>>
  /** Every venue's quote, and why it won or lost. */
  route(orderId: string, options?: CallOptions): Promise<OrderRoute>
  /** Cancels until the order is submitted. @throws FillstreamError `CANCEL_TOO_LATE`, with `order` as it stands */
  cancel(orderId: string, options?: CallOptions): Promise<Order>
  /**
   * The events of one order as they happen, each once and in order, from the first (or `afterSeq`) to the terminal
   * one, across dropped connections. Many watches share a socket.
   * @example
   * ```ts
   * for await (const event of client.orders.watch(order.orderId)) console.log(event.seq, event.status)
   * ```
   */
  watch(orderId: string, options?: WatchOptions): AsyncIterableIterator<StreamEvent>
  /** The events of all orders of the account from now on, or after `cursor`. It ends when you break or abort. */
  watchAll(options?: WatchAllOptions): AsyncIterableIterator<StreamEvent>
}

/**
 * The calls about orders.
 * @param learn is told where the stream is whenever an order says so
 */
export function createOrders(
  http: Http,
  stream: Stream,
  newKey: () => string,
  learn: (streamLink: string) => void,
): OrderCalls {
  const call = async (method: 'GET' | 'DELETE', path: string, options: CallOptions | undefined) => {
    const order = (await http({ method, path, signal: options?.signal })) as Order
    learn(order.links.stream)
    return order
  }
  const list = (query: OrderListQuery | undefined, options: CallOptions | undefined) =>
    http({ method: 'GET', path: '/v1/orders', query, signal: options?.signal }) as Promise<Page<Order>>

  return {
    place: async (request, options) => {
      const order = (await http({
        method: 'POST',
        path: '/v1/orders',
        body: request,
        idempotencyKey: options?.idempotencyKey ?? newKey(),
        signal: options?.signal,
      })) as Order
      learn(order.links.stream)
      return order
    },
    get: (orderId, options) => call('GET', `/v1/orders/${encodeURIComponent(orderId)}`, options),
    getByClientId: (clientOrderId, options) =>
      call('GET', `/v1/orders/by-client-id/${encodeURIComponent(clientOrderId)}`, options),
    list,
    async *listAll(query, options) {
      let cursor = query?.cursor
      for (;;) {
        const page = await list({ ...query, cursor }, options)
        yield* page.items
        if (page.nextCursor === null) return
        if (page.nextCursor === cursor)
          throw new FillstreamError('INVALID_ANSWER', 'the list goes round in a circle')
        cursor = page.nextCursor
      }
    },
    events: (orderId, options) =>
      http({
        method: 'GET',
        path: `/v1/orders/${encodeURIComponent(orderId)}/events`,
        query: { afterSeq: options?.afterSeq },
        signal: options?.signal,
      }) as Promise<Page<OrderEvent>>,
    route: (orderId, options) =>
      http({
        method: 'GET',
        path: `/v1/orders/${encodeURIComponent(orderId)}/route`,
        signal: options?.signal,
      }) as Promise<OrderRoute>,
    cancel: (orderId, options) => call('DELETE', `/v1/orders/${encodeURIComponent(orderId)}`, options),
    watch: (orderId, options) => watchOrder(stream, orderId, options?.afterSeq ?? 0, options?.signal),
    watchAll: (options) => watchOrders(stream, options?.cursor, options?.signal),
  }
}
