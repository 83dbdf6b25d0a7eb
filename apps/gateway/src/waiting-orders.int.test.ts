import { orderSchema, type OrderStatus } from '@fillstream/types'
import { startTestGateway, UNLISTED_MINT, type TestGateway } from '../../../tests/support/gateway'
import { steps } from '../../../tests/support/store'

let rig: TestGateway
beforeAll(async () => {
  rig = await startTestGateway()
})
afterAll(() => rig.close())

const UNKNOWN_MINT = 'J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn'
const SELL = { inputMint: 'SOL', outputMint: 'USDC', amount: '1500000000' }
const LIMIT = { ...SELL, type: 'limit', limitPrice: '150' }
const FUTURE = '2100-01-02T03:04:05.678Z'
const PAST = '2020-01-02T03:04:05.678Z'

async function place(json: object, headers: Record<string, string> = {}) {
  return rig.call('POST', '/v1/orders', { json, headers })
}

async function placed(json: object) {
  const { status, body } = await place(json)
  expect(status).toBe(202)
  return orderSchema.parse(body)
}

/** Takes the order on as the worker would. */
async function move(orderId: string, ...statuses: [OrderStatus, ...OrderStatus[]]) {
  const current = await rig.store.orders.get(null, orderId)
  if (!current) throw new Error('no such order')
  const [result] = await rig.store.orders.appendEvents([
    steps(current, current.lastSeq, [current.status, ...statuses]),
  ])
  expect(result).toMatchObject({ outcome: 'appended' })
}

const NONE = { limitPrice: null, priceUnit: null, trailingBps: null, sniper: null }
const SAFE = {
  requireMintRenounced: true,
  requireFreezeRenounced: true,
  maxCreatorShareBps: 2_000,
  maxRoundTripLossBps: 3_000,
}

test.each<[string, object, object]>([
  ['market', SELL, { ...NONE, type: 'market', timeInForce: 'IOC', expiresAt: null }],
  [
    'limit, sold at 150 or better',
    LIMIT,
    {
      ...NONE,
      type: 'limit',
      timeInForce: 'GTD',
      limitPrice: '150',
      priceUnit: 'outputPerInput',
      minOutputAmount: '225000000',
      maxInputAmount: null,
      expiresAt: expect.any(String),
    },
  ],
  [
    'limit, bought at 150 or better',
    {
      type: 'limit',
      inputMint: 'USDC',
      outputMint: 'SOL',
      swapMode: 'ExactOut',
      amount: '2000000000',
      limitPrice: '150',
      priceUnit: 'inputPerOutput',
      timeInForce: 'IOC',
    },
    { maxInputAmount: '300000000', minOutputAmount: null, timeInForce: 'IOC', expiresAt: null },
  ],
  [
    'limit for a token that only has a market',
    { ...LIMIT, outputMint: UNLISTED_MINT, amount: '7', limitPrice: '0.5' },
    { minOutputAmount: '4' },
  ],
  [
    'stop, whose bound is fixed when it fires',
    { ...LIMIT, type: 'stop', timeInForce: 'GTC' },
    { type: 'stop', minOutputAmount: null, maxInputAmount: null, timeInForce: 'GTC', expiresAt: null },
  ],
  [
    'trailing stop',
    { ...SELL, type: 'trailingStop', trailingBps: 250, expiresAt: FUTURE },
    { ...NONE, type: 'trailingStop', trailingBps: 250, timeInForce: 'GTD', expiresAt: FUTURE },
  ],
  [
    'sniper of a mint that nobody knows yet',
    { ...SELL, type: 'sniper', outputMint: UNKNOWN_MINT, sniper: { maxPrice: '0.01' } },
    {
      ...NONE,
      type: 'sniper',
      outputMint: UNKNOWN_MINT,
      sniper: { minLiquidity: null, maxOpenDelayMs: 60_000, maxPrice: '0.01', safety: SAFE },
    },
  ],
  [
    'sniper without terms',
    { ...SELL, type: 'sniper' },
    { sniper: expect.objectContaining({ safety: SAFE }) },
  ],
])('%s', async (_what, request, expected) => {
  const order = await placed(request)
  expect(order).toMatchObject(expected)
  expect((await rig.call('GET', order.links.self)).body).toEqual(order)
})

test.each<[string, object, object]>([
  [
    'a missing price',
    { ...SELL, type: 'limit' },
    { path: 'limitPrice', message: 'is required for a limit order' },
  ],
  ['a price of a market order', { ...SELL, limitPrice: '1' }, { path: 'limitPrice' }],
  ['a field of another type', { ...LIMIT, sniper: {} }, { path: 'sniper' }],
  [
    'an unknown field within',
    { ...SELL, type: 'sniper', sniper: { safety: { x: 1 } } },
    { path: 'sniper.safety.x' },
  ],
  ['a time over', { ...LIMIT, expiresAt: PAST }, { path: 'expiresAt', message: 'must lie in the future' }],
  ['a time in no form', { ...LIMIT, expiresAt: 'tomorrow' }, { path: 'expiresAt' }],
  ['a time with another offset', { ...LIMIT, expiresAt: '2100-01-02T03:04:05+01:00' }, { path: 'expiresAt' }],
  ['a time with GTC', { ...LIMIT, timeInForce: 'GTC', expiresAt: FUTURE }, { path: 'expiresAt' }],
  ['a price beyond any amount', { ...LIMIT, limitPrice: '9'.repeat(40) }, { path: 'limitPrice' }],
  ['a stop at no amount', { ...LIMIT, type: 'stop', limitPrice: '0.0000000001' }, { path: 'limitPrice' }],
  ['an unknown mint', { ...LIMIT, outputMint: UNKNOWN_MINT }, { path: 'outputMint', code: 'UNKNOWN_MINT' }],
  ['a sniper paying in one', { ...SELL, type: 'sniper', inputMint: UNKNOWN_MINT }, { path: 'inputMint' }],
  [
    'a sniper of itself',
    { ...SELL, type: 'sniper', outputMint: 'SOL' },
    { path: 'outputMint', code: 'SAME_MINT' },
  ],
])('%s is refused, and nothing is written', async (_what, request, error) => {
  const before = await rig.countOrders()
  const { status, body } = await place(request)
  expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED'])
  expect(body['errors']).toEqual([expect.objectContaining(error)])
  expect(await rig.countOrders()).toBe(before)
})

test('a repeat is the first answer again, whatever became of the order and of its time', async () => {
  const key = { 'idempotency-key': 'waiting' }
  const first = await place({ ...LIMIT, expiresAt: '2100-01-02T03:04:05Z' }, key)
  expect(first.status).toBe(202)
  await move(first.body['orderId'] as string, 'open', 'routing')
  const writtenOut = {
    priceUnit: 'outputPerInput',
    timeInForce: 'GTD',
    expiresAt: '2100-01-02T03:04:05.000Z',
  }
  const again = await place({ ...LIMIT, ...writtenOut }, key)
  expect([again.status, again.body]).toEqual([202, first.body])
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect((await place({ ...LIMIT, limitPrice: '151' }, key)).body['code']).toBe('IDEMPOTENCY_KEY_REUSED')
})

test('an open order is cancelled; the history is filtered by type and status', async () => {
  const account = await rig.newAccount()
  const call = (method: string, path: string, json?: object) =>
    rig.call(method, path, { key: account.apiKey, ...(json ? { json } : {}) })
  const ids = [LIMIT, { ...SELL, type: 'trailingStop', trailingBps: 1 }, SELL].map(async (order) => {
    const { body } = await call('POST', '/v1/orders', order)
    return body['orderId'] as string
  })
  const [limit, trailing] = (await Promise.all(ids)) as [string, string, string]
  await move(limit, 'open')
  await move(trailing, 'open')
  const listed = async (query: string) =>
    (await call('GET', `/v1/orders?${query}`)).body.items?.map(({ orderId }) => orderId)
  expect(await listed('type=limit')).toEqual([limit])
  expect(await listed('type=trailingStop&status=open')).toEqual([trailing])
  expect((await listed('status=open'))?.toSorted()).toEqual([limit, trailing].sort())

  const cancelled = await call('DELETE', `/v1/orders/${limit}`)
  expect([cancelled.status, cancelled.body['status']]).toEqual([200, 'cancelled'])
  expect(await rig.store.triggers.byOrderIds([limit, trailing])).toMatchObject([{ orderId: trailing }])
})
