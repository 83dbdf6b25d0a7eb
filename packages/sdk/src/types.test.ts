/** Held by the compiler: the hand-written types are exactly what the schemas of the API say, amounts as bigint. */
import type { z } from 'zod'
import {
  type accountSchema,
  ORDER_STATUSES,
  type orderListQuerySchema,
  type orderRequestSchema,
  type orderRouteSchema,
  type poolSchema,
  type PROBLEMS,
  type quoteRequestSchema,
  type quoteSchema,
  type serverMessageSchema,
  type streamTokenSchema,
  type tokenSchema,
  type tradingStateSchema,
  type venueSchema,
  type OrderEvent as WireOrderEvent,
  type OrderView,
} from '@fillstream/types'
import {
  createClient,
  isTerminal,
  type Account,
  type FillstreamErrorCode,
  type Order,
  type OrderEvent,
  type OrderListQuery,
  type OrderRoute,
  type Page,
  type PlaceOrderRequest,
  type Pool,
  type Price,
  type Quote,
  type QuoteRequest,
  type StreamEvent,
  type StreamToken,
  type Token,
  type TradingState,
  type Venue,
} from './index'
import { type createClient as createBrowserClient } from './browser'
import type { ClientErrorCode } from './errors'
import type { ServerMessage } from './stream/messages'
import type { AMOUNT_FIELDS } from './wire'

type AmountField = (typeof AMOUNT_FIELDS)[number]
/** The answer that a schema describes, as the client hands it on. */
type FromWire<T> = T extends readonly (infer Item)[]
  ? readonly FromWire<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Key extends AmountField ? AmountFromWire<T[Key]> : FromWire<T[Key]> }
    : T
type AmountFromWire<T> = T extends string ? bigint : T

/** True where each can stand for the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
const same = <_Checked extends true>(): void => undefined

/** The same names, so that an optional field cannot be forgotten. */
type SameKeys<A, B> = Same<keyof A, keyof B>

test('answers', () => {
  same<Same<Order, FromWire<OrderView>>>()
  same<SameKeys<Order, OrderView>>()
  same<Same<OrderRoute, FromWire<z.infer<typeof orderRouteSchema>>>>()
  same<SameKeys<OrderRoute, z.infer<typeof orderRouteSchema>>>()
  same<Same<OrderEvent, FromWire<WireOrderEvent>>>()
  same<Same<Quote, FromWire<z.infer<typeof quoteSchema>>>>()
  same<SameKeys<Quote, z.infer<typeof quoteSchema>>>()
  same<Same<Token, FromWire<z.infer<typeof tokenSchema>>>>()
  same<Same<Venue, FromWire<z.infer<typeof venueSchema>>>>()
  same<Same<Pool, FromWire<z.infer<typeof poolSchema>>>>()
  same<Same<Account, FromWire<z.infer<typeof accountSchema>>>>()
  same<Same<StreamToken, FromWire<z.infer<typeof streamTokenSchema>>>>()
  same<Same<TradingState, FromWire<z.infer<typeof tradingStateSchema>>>>()
  same<Same<ServerMessage, FromWire<z.infer<typeof serverMessageSchema>>>>()
})

test('requests', () => {
  same<Same<PlaceOrderRequest, FromWire<z.input<typeof orderRequestSchema>>>>()
  same<SameKeys<PlaceOrderRequest, z.input<typeof orderRequestSchema>>>()
  same<Same<QuoteRequest, FromWire<z.input<typeof quoteRequestSchema>>>>()
  same<SameKeys<QuoteRequest, z.input<typeof quoteRequestSchema>>>()
  same<SameKeys<OrderListQuery, z.input<typeof orderListQuerySchema>>>()
})

test('codes', () => {
  same<Same<Exclude<FillstreamErrorCode, ClientErrorCode>, keyof typeof PROBLEMS>>()
  expect(ORDER_STATUSES.filter(isTerminal)).toEqual(['confirmed', 'failed', 'cancelled', 'expired'])
})

test('both entries make the same client', () => {
  same<Same<typeof createClient, typeof createBrowserClient>>()
})

/** Never called: what a caller may and may not write. */
export async function calls(client: ReturnType<typeof createClient>): Promise<void> {
  const order = await client.orders.place({ inputMint: 'SOL', outputMint: 'USDC', amount: 1n })
  order.amount satisfies bigint
  order.minOutputAmount satisfies bigint | null
  order.createdAt satisfies string
  // @ts-expect-error an amount is no number
  await client.orders.place({ inputMint: 'SOL', outputMint: 'USDC', amount: 1 })
  // @ts-expect-error nor a string
  await client.quotes.get({ inputMint: 'SOL', outputMint: 'USDC', amount: '1' })
  // @ts-expect-error an order needs an amount
  await client.orders.place({ inputMint: 'SOL', outputMint: 'USDC' })
  // @ts-expect-error there is no such type of order
  await client.orders.place({ inputMint: 'SOL', outputMint: 'USDC', amount: 1n, type: 'twap' })
  // @ts-expect-error an answer is not for changing
  order.status = 'confirmed'
  // @ts-expect-error there is no such status
  await client.orders.list({ status: 'done' })

  for await (const event of client.orders.watch(order.orderId, { afterSeq: 1 })) {
    event satisfies StreamEvent
    event.data.outputAmount satisfies bigint | undefined
    event.data['somethingNew'] satisfies unknown
  }
  for await (const listed of client.orders.listAll({ status: 'confirmed' })) listed satisfies Order
  ;(await client.tokens.list()) satisfies Page<Token>
  for await (const price of client.prices.watch({ inputMint: 'SOL', outputMint: 'USDC' })) {
    price satisfies Price
    price.exactIn[0]?.amount satisfies bigint | undefined
  }
  for await (const { quoteReserve } of client.launches.watch()) quoteReserve satisfies bigint
  // @ts-expect-error a pair has two sides
  client.prices.watch({ inputMint: 'SOL' })

  createClient({ baseUrl: 'http://127.0.0.1:3000', fetch })
  // @ts-expect-error a client needs to know where the engine is
  createClient({ apiKey: 'k1' })
}
