import { z } from 'zod'
import { addressSchema, pageSchema } from './primitives'
import { orderEventPageSchema, orderEventsQuerySchema } from './events'
import {
  orderListQuerySchema,
  orderPageSchema,
  orderRequestSchema,
  orderRouteSchema,
  orderSchema,
  shortOrderAnswerSchema,
  shortOrderRequestSchema,
} from './order'
import { poolSchema, quoteRequestSchema, quoteSchema, tokenSchema, venueSchema } from './quote'
import { balanceSchema } from './streams'
import type { ProblemCode } from './problem'
import { tradingChangeSchema, tradingStateSchema } from './trading'

export const accountSchema = z.object({
  accountId: z.uuid(),
  name: z.string(),
  key: z.object({ keyId: z.string().nullable(), scopes: z.array(z.string()) }),
  wallet: addressSchema,
  limits: z.object({ requestsPerSecond: z.number(), ordersPerSecond: z.number(), connections: z.number() }),
  balances: z.array(balanceSchema),
})
export type AccountView = z.infer<typeof accountSchema>

export const streamTokenSchema = z.object({ token: z.string(), expiresAt: z.string(), url: z.string() })

/** One call of the HTTP API. Routes, OpenAPI document and SDK are made from this table. */
export interface Operation {
  readonly operationId: string
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Express form: `/v1/orders/:orderId`. */
  readonly path: string
  readonly summary: string
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly status: 200 | 202
  readonly answer: z.ZodType
  readonly auth: boolean
  /** What the key must be allowed, where it is not `trade` for submitting and cancelling and `read` for all else. */
  readonly scope?: 'admin'
  readonly idempotent?: boolean
  readonly problems: readonly ProblemCode[]
}

const always: readonly ProblemCode[] = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'INTERNAL',
  'DEPENDENCY_UNAVAILABLE',
]
const withBody: readonly ProblemCode[] = [
  'VALIDATION_FAILED',
  'MALFORMED_JSON',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  ...always,
]
const submitting: readonly ProblemCode[] = [
  ...withBody,
  'DUPLICATE_CLIENT_ORDER_ID',
  'IDEMPOTENCY_KEY_IN_USE',
  'IDEMPOTENCY_KEY_REUSED',
  'OVERLOADED',
  'TRADING_HALTED',
]

export const OPERATIONS = {
  placeOrder: {
    operationId: 'placeOrder',
    method: 'post',
    path: '/v1/orders',
    summary: 'Submit an order',
    body: orderRequestSchema,
    status: 202,
    answer: orderSchema,
    auth: true,
    idempotent: true,
    problems: submitting,
  },
  listOrders: {
    operationId: 'listOrders',
    method: 'get',
    path: '/v1/orders',
    summary: 'Order history, newest first',
    query: orderListQuerySchema,
    status: 200,
    answer: orderPageSchema,
    auth: true,
    problems: ['VALIDATION_FAILED', ...always],
  },
  getOrderByClientId: {
    operationId: 'getOrderByClientId',
    method: 'get',
    path: '/v1/orders/by-client-id/:clientOrderId',
    summary: 'One order, by the id its sender gave it',
    status: 200,
    answer: orderSchema,
    auth: true,
    problems: ['NOT_FOUND', ...always],
  },
  getOrder: {
    operationId: 'getOrder',
    method: 'get',
    path: '/v1/orders/:orderId',
    summary: 'One order',
    status: 200,
    answer: orderSchema,
    auth: true,
    problems: ['NOT_FOUND', ...always],
  },
  listOrderEvents: {
    operationId: 'listOrderEvents',
    method: 'get',
    path: '/v1/orders/:orderId/events',
    summary: 'The event log of an order',
    query: orderEventsQuerySchema,
    status: 200,
    answer: orderEventPageSchema,
    auth: true,
    problems: ['VALIDATION_FAILED', 'NOT_FOUND', ...always],
  },
  getOrderRoute: {
    operationId: 'getOrderRoute',
    method: 'get',
    path: '/v1/orders/:orderId/route',
    summary: "The route receipt: every venue's quote and why it won or lost",
    status: 200,
    answer: orderRouteSchema,
    auth: true,
    problems: ['NOT_FOUND', ...always],
  },
  cancelOrder: {
    operationId: 'cancelOrder',
    method: 'delete',
    path: '/v1/orders/:orderId',
    summary: 'Cancel, until the order is submitted',
    status: 200,
    answer: orderSchema,
    auth: true,
    problems: ['NOT_FOUND', 'CANCEL_TOO_LATE', ...always],
  },
  createStreamToken: {
    operationId: 'createStreamToken',
    method: 'post',
    path: '/v1/stream-tokens',
    summary: "A short-lived token for a browser's WebSocket",
    status: 200,
    answer: streamTokenSchema,
    auth: true,
    problems: always,
  },
  quote: {
    operationId: 'quote',
    method: 'post',
    path: '/v1/quotes',
    summary: 'The best route now; nothing is executed',
    body: quoteRequestSchema,
    status: 200,
    answer: quoteSchema,
    auth: true,
    problems: [...withBody, 'NOT_FOUND'],
  },
  listTokens: {
    operationId: 'listTokens',
    method: 'get',
    path: '/v1/tokens',
    summary: 'The tokens that can be traded',
    status: 200,
    answer: pageSchema(tokenSchema),
    auth: true,
    problems: always,
  },
  listVenues: {
    operationId: 'listVenues',
    method: 'get',
    path: '/v1/venues',
    summary: 'The venues and their health',
    status: 200,
    answer: pageSchema(venueSchema),
    auth: true,
    problems: always,
  },
  listPools: {
    operationId: 'listPools',
    method: 'get',
    path: '/v1/pools',
    summary: 'The pools with their reserves and prices',
    status: 200,
    answer: pageSchema(poolSchema),
    auth: true,
    problems: always,
  },
  getAccount: {
    operationId: 'getAccount',
    method: 'get',
    path: '/v1/account',
    summary: 'Who the key belongs to, its limits and balances',
    status: 200,
    answer: accountSchema,
    auth: true,
    problems: always,
  },
  execute: {
    operationId: 'execute',
    method: 'post',
    path: '/execute',
    summary: 'Short form: buy this much SOL with USDC',
    body: shortOrderRequestSchema,
    status: 200,
    answer: shortOrderAnswerSchema,
    auth: true,
    idempotent: true,
    problems: submitting,
  },
  executeOrder: {
    operationId: 'executeOrder',
    method: 'post',
    path: '/api/orders/execute',
    summary: 'Short form: buy this much SOL with USDC',
    body: shortOrderRequestSchema,
    status: 200,
    answer: shortOrderAnswerSchema,
    auth: true,
    idempotent: true,
    problems: submitting,
  },
  getTrading: {
    operationId: 'getTrading',
    method: 'get',
    path: '/v1/admin/trading',
    summary: 'Whether the engine trades, or is halted (scope `admin`)',
    status: 200,
    answer: tradingStateSchema,
    auth: true,
    scope: 'admin',
    problems: always,
  },
  setTrading: {
    operationId: 'setTrading',
    method: 'put',
    path: '/v1/admin/trading',
    summary: 'Halt trading or resume it, for all accounts (scope `admin`)',
    body: tradingChangeSchema,
    status: 200,
    answer: tradingStateSchema,
    auth: true,
    scope: 'admin',
    problems: withBody,
  },
} as const satisfies Record<string, Operation>
