import {
  OpenApiGeneratorV31,
  OpenAPIRegistry,
  zodToOpenAPIRegistry,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi'
import {
  accountSchema,
  OPERATIONS,
  orderEventPageSchema,
  orderEventSchema,
  orderPageSchema,
  orderRequestSchema,
  orderRouteSchema,
  orderSchema,
  problemSchema,
  PROBLEMS,
  quoteRequestSchema,
  quoteSchema,
  shortOrderAnswerSchema,
  shortOrderRequestSchema,
  streamTokenSchema,
  tradingChangeSchema,
  tradingStateSchema,
  type Operation,
  type ProblemCode,
} from '@fillstream/types'
import { z } from 'zod'
import { EXAMPLES, problemExample } from './openapi-examples'

const DESCRIPTION = `Order execution for DEX trading on Solana: an order is accepted, routed over several venues, settled exactly once, and told step by step on a WebSocket.

Amounts are base units written as strings; rates are integer basis points; times are ISO 8601 UTC; ids are UUIDv7. Tokens are named by mint, or by the symbol of a verified token; native SOL is the wrapped-SOL mint. Every list is \`{items, nextCursor}\`. Unknown fields in a request are refused; unknown fields in an answer are to be ignored.

Every error is \`application/problem+json\` (RFC 9457) with a stable \`code\`; an unknown path is \`NOT_FOUND\`, a path with another method \`METHOD_NOT_ALLOWED\` with \`Allow\`. \`RateLimit\` and \`RateLimit-Policy\` follow draft-ietf-httpapi-ratelimit-headers, \`Idempotency-Key\` follows draft-ietf-httpapi-idempotency-key-header; both are drafts.`

const COMPONENTS: readonly (readonly [string, z.ZodType])[] = [
  ['OrderRequest', orderRequestSchema],
  ['Order', orderSchema],
  ['OrderPage', orderPageSchema],
  ['OrderEvent', orderEventSchema],
  ['OrderEventPage', orderEventPageSchema],
  ['OrderRoute', orderRouteSchema],
  ['ShortOrderRequest', shortOrderRequestSchema],
  ['ShortOrderAnswer', shortOrderAnswerSchema],
  ['QuoteRequest', quoteRequestSchema],
  ['Quote', quoteSchema],
  ['Account', accountSchema],
  ['StreamToken', streamTokenSchema],
  ['TradingChange', tradingChangeSchema],
  ['TradingState', tradingStateSchema],
  ['Problem', problemSchema],
]

const requestIdHeader = {
  description: 'The request as logs know it: the `X-Request-Id` that was sent, or a new one.',
  schema: { type: 'string' as const },
}
const rateLimitHeaders = {
  RateLimit: { description: 'What is left: `"default";r=9999;t=10`', schema: { type: 'string' as const } },
  'RateLimit-Policy': {
    description: 'The quota: `"default";q=10000;w=10`',
    schema: { type: 'string' as const },
  },
}
const retryAfterHeader = { description: 'Seconds', schema: { type: 'integer' as const } }

/** The OpenAPI 3.1 document of the gateway, made from the table of operations and the schemas that also validate. */
export function createOpenApi(): object {
  const registry = new OpenAPIRegistry()
  // The library's own `.openapi()` exists only on schemas made after it has patched zod; its registry takes any.
  for (const [name, schema] of COMPONENTS) zodToOpenAPIRegistry.add(schema, { _internal: { refId: name } })
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key. In demo mode a request without one acts as the demo account.',
  })
  for (const operation of Object.values(OPERATIONS) as readonly Operation[])
    registry.registerPath(routeOf(operation))
  for (const path of PROBES) registry.registerPath(path)
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Fillstream',
      version: '1.0.0',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'orders' },
      { name: 'market' },
      { name: 'account' },
      { name: 'admin' },
      { name: 'service' },
    ],
  })
}

function routeOf(operation: Operation): RouteConfig {
  const { operationId, method, path, summary, query, body, status, answer, idempotent } = operation
  const example = EXAMPLES[operationId]
  const params = pathParameters(path)
  return {
    operationId,
    method,
    path: path.replace(/:(\w+)/g, '{$1}'),
    summary,
    tags: [tagOf(path)],
    ...(operation.auth ? { security: [{ apiKey: [] }] } : {}),
    request: {
      ...(params ? { params } : {}),
      ...(query ? { query } : {}),
      headers: z.object({
        'X-Request-Id': z.string().max(128).optional(),
        ...(idempotent ? { 'Idempotency-Key': idempotencyKey } : {}),
      }),
      ...(body ? { body: { required: true, content: jsonRequest(body, example?.requests) } } : {}),
    },
    responses: {
      [status]: {
        description: status === 202 ? 'Accepted: the order is durable' : 'OK',
        headers: {
          'X-Request-Id': requestIdHeader,
          ...rateLimitHeaders,
          ...(idempotent ? submissionHeaders : {}),
        },
        content: json(answer, example?.answer),
      },
      ...problemResponses([...operation.problems], problemSchema),
    },
  }
}

const idempotencyKey = z.string().min(1).max(255).optional().meta({
  description:
    'The same key with the same body answers the same again for 24 hours, and with another body 422.',
})

const submissionHeaders = {
  Location: { description: 'Where the order is', schema: { type: 'string' as const } },
  'Idempotency-Replayed': {
    description: '`true` where this is the answer to an earlier request with the same key',
    schema: { type: 'string' as const },
  },
}

function json(schema: z.ZodType, example: unknown) {
  return { 'application/json': { schema, ...(example === undefined ? {} : { example }) } }
}

function jsonRequest(schema: z.ZodType, requests: Readonly<Record<string, unknown>> = {}) {
  const examples = Object.entries(requests).map(([name, value]) => [name, { value }] as const)
  return { 'application/json': { schema, examples: Object.fromEntries(examples) } }
}

/** One response for each status, listing the codes that come with it. */
function problemResponses(codes: readonly ProblemCode[], schema: z.ZodType) {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const { status } = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: same.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; '),
        headers: {
          'X-Request-Id': requestIdHeader,
          ...(status === 429 || status === 503 ? { 'Retry-After': retryAfterHeader } : {}),
        },
        content: {
          'application/problem+json': {
            schema,
            examples: Object.fromEntries(same.map((code) => [code, { value: problemExample(code) }])),
          },
        },
      },
    ]),
  )
}

function pathParameters(path: string): z.ZodObject | undefined {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  if (names.length === 0) return undefined
  return z.object(Object.fromEntries(names.map((name) => [name, name === 'orderId' ? z.uuid() : z.string()])))
}

function tagOf(path: string): string {
  if (/orders|execute/.test(path)) return 'orders'
  if (/admin/.test(path)) return 'admin'
  return /account|stream-tokens/.test(path) ? 'account' : 'market'
}

const readiness = z.object({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.string()),
})

const PROBES: readonly RouteConfig[] = [
  {
    operationId: 'health',
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process lives',
    tags: ['service'],
    responses: {
      200: { description: 'OK', content: json(z.object({ status: z.literal('ok') }), undefined) },
    },
  },
  {
    operationId: 'readiness',
    method: 'get',
    path: '/readyz',
    summary: 'Whether Postgres and Redis answer, by name',
    tags: ['service'],
    responses: {
      200: { description: 'Ready', content: json(readiness, undefined) },
      503: { description: 'Not ready', content: json(readiness, undefined) },
    },
  },
  {
    operationId: 'metrics',
    method: 'get',
    path: '/metrics',
    summary: 'Prometheus metrics',
    tags: ['service'],
    responses: { 200: { description: 'OK', content: { 'text/plain': { schema: z.string() } } } },
  },
]
