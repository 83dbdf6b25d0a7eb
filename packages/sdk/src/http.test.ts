import { isFillstreamError } from './errors'
import { createTestClient } from './testing/client'
import { orderIdOf, wireOrder } from './testing/orders'
import { problem, startStandIn, type StandIn } from './testing/stand-in'

const ORDER_ID = orderIdOf(1)
const REQUEST = { inputMint: 'SOL', outputMint: 'USDC', amount: 1_500_000_000n }

let engine: StandIn
beforeEach(async () => {
  engine = await startStandIn()
})
afterEach(() => engine.close())

test('place sends amounts as strings and answers with bigint', async () => {
  engine.on('POST /v1/orders', () => ({ status: 202, body: wireOrder(ORDER_ID) }))
  const { client } = createTestClient({ baseUrl: `${engine.url}/`, apiKey: 'k1' })
  const order = await client.orders.place({ ...REQUEST, priorityFee: { maxLamports: 5_000n } })
  expect(order.amount).toBe(1_500_000_000n)
  expect(order.priorityFee.maxLamports).toBe(1_000_000n)
  expect(engine.seen[0]).toMatchObject({
    headers: { authorization: 'Bearer k1', 'content-type': 'application/json' },
    body: {
      inputMint: 'SOL',
      outputMint: 'USDC',
      amount: '1500000000',
      priorityFee: { maxLamports: '5000' },
    },
  })
})

test('an amount near 2^64 survives the way there and back', async () => {
  const amount = (1n << 64n) - 1n
  engine.on('POST /v1/orders', ({ body }) => ({
    status: 202,
    body: wireOrder(ORDER_ID, { amount: (body as { amount: string }).amount }),
  }))
  const { client } = createTestClient({ baseUrl: engine.url })
  expect((await client.orders.place({ ...REQUEST, amount })).amount).toBe(amount)
})

test('every place has a key of its own, kept over its retries', async () => {
  const answers = [
    'cut',
    { status: 503, body: problem('OVERLOADED', 503) },
    { status: 409, body: problem('IDEMPOTENCY_KEY_IN_USE', 409, { retryable: true }) },
    { status: 202, body: wireOrder(ORDER_ID) },
    { status: 202, body: wireOrder(ORDER_ID) },
  ] as const
  engine.on('POST /v1/orders', () => answers[engine.seen.length - 1] ?? 'cut')
  const { client, waits } = createTestClient({ baseUrl: engine.url })
  await client.orders.place(REQUEST)
  await client.orders.place(REQUEST)
  const keys = engine.seen.map(({ headers }) => headers['idempotency-key'])
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(new Set(keys.slice(0, 4)).size).toBe(1)
  expect(keys[4]).not.toBe(keys[0])
  expect(waits).toEqual([150, 300, 600])
})

test('a key that is given is used', async () => {
  engine.on('POST /v1/orders', () => ({ status: 202, body: wireOrder(ORDER_ID) }))
  const { client } = createTestClient({ baseUrl: engine.url })
  await client.orders.place(REQUEST, { idempotencyKey: 'mine' })
  expect(engine.seen[0]?.headers['idempotency-key']).toBe('mine')
})

test('retries are bounded, and the error says under which key to go on', async () => {
  engine.on('POST /v1/orders', () => ({
    status: 503,
    body: problem('DEPENDENCY_UNAVAILABLE', 503, { orderId: ORDER_ID }),
  }))
  const { client } = createTestClient({ baseUrl: engine.url, maxRetries: 2 })
  await expect(client.orders.place(REQUEST, { idempotencyKey: 'mine' })).rejects.toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    status: 503,
    retryable: true,
    requestId: 'request-1',
    orderId: ORDER_ID,
    idempotencyKey: 'mine',
  })
  expect(engine.seen).toHaveLength(3)
})

test('429 waits as long as the answer says', async () => {
  const answers = [
    { status: 429, body: problem('RATE_LIMITED', 429), headers: { 'retry-after': '3' } },
    { status: 200, body: wireOrder(ORDER_ID) },
  ]
  engine.on(`GET /v1/orders/${ORDER_ID}`, () => answers[engine.seen.length - 1] ?? 'cut')
  const { client, waits } = createTestClient({ baseUrl: engine.url })
  await client.orders.get(ORDER_ID)
  expect(waits).toEqual([3_150])
})

test('a refusal is final and carries its fields', async () => {
  const errors = [{ path: 'amount', code: 'invalid', message: 'must be above zero' }]
  engine.on('POST /v1/orders', () => ({ status: 400, body: problem('VALIDATION_FAILED', 400, { errors }) }))
  const { client } = createTestClient({ baseUrl: engine.url })
  const error: unknown = await client.orders
    .place({ ...REQUEST, amount: 0n })
    .catch((thrown: unknown) => thrown)
  expect(isFillstreamError(error, 'VALIDATION_FAILED')).toBe(true)
  expect(isFillstreamError(error, 'NOT_FOUND')).toBe(false)
  expect(error).toMatchObject({
    status: 400,
    retryable: false,
    errors,
    message: 'detail of VALIDATION_FAILED',
  })
  expect(engine.seen).toHaveLength(1)
})

test('a cancel that is too late carries the order', async () => {
  engine.on(`DELETE /v1/orders/${ORDER_ID}`, () => ({
    status: 409,
    body: problem('CANCEL_TOO_LATE', 409, { order: wireOrder(ORDER_ID, { status: 'submitted' }) }),
  }))
  const { client } = createTestClient({ baseUrl: engine.url })
  await expect(client.orders.cancel(ORDER_ID)).rejects.toMatchObject({
    code: 'CANCEL_TOO_LATE',
    order: { status: 'submitted', amount: 1_500_000_000n },
  })
})

test.each([
  ['a page of a proxy', { status: 502, body: '<html>Bad gateway</html>' }, 'UNREACHABLE'],
  ['a page instead of an order', { status: 200, body: '<html>Hello</html>' }, 'INVALID_ANSWER'],
  ['an error that is no problem', { status: 418, body: '{"message":"teapot"}' }, 'INVALID_ANSWER'],
  ['an amount that is a number', { status: 200, body: { amount: 1.5 } }, 'INVALID_ANSWER'],
])('%s is told apart', async (_what, answer, code) => {
  engine.on(`GET /v1/orders/${ORDER_ID}`, () => answer)
  const { client } = createTestClient({ baseUrl: engine.url, maxRetries: 0 })
  await expect(client.orders.get(ORDER_ID)).rejects.toMatchObject({ code })
})

test('an engine that is not there is UNREACHABLE', async () => {
  await engine.close()
  const { client, waits } = createTestClient({ baseUrl: engine.url })
  await expect(client.tokens.list()).rejects.toMatchObject({
    code: 'UNREACHABLE',
    status: null,
    retryable: true,
  })
  expect(waits).toHaveLength(3)
  engine = await startStandIn()
})

test('an engine that does not answer is a TIMEOUT', async () => {
  engine.on('GET /v1/tokens', () => 'hang')
  const { client } = createTestClient({ baseUrl: engine.url, timeoutMs: 20, maxRetries: 1 })
  await expect(client.tokens.list()).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true })
  expect(engine.seen).toHaveLength(2)
})

test('an abort ends a call with its own reason, also between retries', async () => {
  const reason = new Error('enough')
  const hanging = new AbortController()
  engine.on('GET /v1/tokens', () => {
    setImmediate(() => hanging.abort(reason))
    return 'hang'
  })
  const { client } = createTestClient({ baseUrl: engine.url })
  await expect(client.tokens.list({ signal: hanging.signal })).rejects.toBe(reason)

  const waiting = new AbortController()
  engine.on('GET /v1/venues', () => {
    waiting.abort(reason)
    return { status: 503, body: problem('OVERLOADED', 503) }
  })
  await expect(client.venues.list({ signal: waiting.signal })).rejects.toBe(reason)
})

test('ids and filters are escaped', async () => {
  const { client } = createTestClient({ baseUrl: engine.url })
  await client.orders.getByClientId('a/b?c').catch(() => undefined)
  await client.orders.list({ status: 'confirmed', cursor: 'a+b=', limit: 7 }).catch(() => undefined)
  await client.orders.events(ORDER_ID, { afterSeq: 4 }).catch(() => undefined)
  await client.orders.list().catch(() => undefined)
  expect(engine.seen.map(({ path }) => path)).toEqual([
    '/v1/orders/by-client-id/a%2Fb%3Fc',
    '/v1/orders?status=confirmed&cursor=a%2Bb%3D&limit=7',
    `/v1/orders/${ORDER_ID}/events?afterSeq=4`,
    '/v1/orders',
  ])
})

test('listAll reads page after page, and no page too many', async () => {
  const pages: Record<string, object> = {
    '/v1/orders?status=failed': {
      items: [wireOrder(orderIdOf(3)), wireOrder(orderIdOf(2))],
      nextCursor: 'p2',
    },
    '/v1/orders?status=failed&cursor=p2': { items: [wireOrder(orderIdOf(1))], nextCursor: null },
  }
  engine.on('GET /v1/orders', ({ path }) => ({ status: 200, body: pages[path] }))
  const { client } = createTestClient({ baseUrl: engine.url })
  const ids: string[] = []
  for await (const order of client.orders.listAll({ status: 'failed' })) ids.push(order.orderId)
  expect(ids).toEqual([orderIdOf(3), orderIdOf(2), orderIdOf(1)])
  for await (const _order of client.orders.listAll({ status: 'failed' })) break
  expect(engine.seen).toHaveLength(3)
})

test('a base URL must be one, and keeps its path', async () => {
  expect(() => createTestClient({ baseUrl: 'engine' })).toThrow('Invalid URL')
  const { client } = createTestClient({ baseUrl: `${engine.url}/trading/` })
  await client.account.get().catch(() => undefined)
  expect(engine.seen[0]?.path).toBe('/trading/v1/account')
})
