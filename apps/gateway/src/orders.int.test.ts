import { orderSchema, type OrderStatus } from '@fillstream/types'
import { startTestGateway, receiptFor, UNLISTED_MINT, type TestGateway } from '../../../tests/support/gateway'
import { newOrder, steps } from '../../../tests/support/store'

let rig: TestGateway
beforeAll(async () => {
  rig = await startTestGateway()
})
afterAll(() => rig.close())

const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const SOL = 'So11111111111111111111111111111111111111112'
const order = { inputMint: 'USDC', outputMint: 'SOL', amount: '150000000' }
const keyed = (key: string) => ({ 'idempotency-key': key })
const place = (json: unknown = order, headers: Record<string, string> = {}) =>
  rig.call('POST', '/v1/orders', { json, headers })

/** Takes the order on as the worker would. */
async function move(orderId: string, ...statuses: [OrderStatus, ...OrderStatus[]]) {
  const current = await rig.store.orders.get(null, orderId)
  if (!current) throw new Error('no such order')
  const step = steps(current, current.lastSeq, [current.status, ...statuses])
  const [result] = await rig.store.orders.appendEvents([step])
  expect(result).toMatchObject({ outcome: 'appended' })
}

test('an order is answered 202, resolved, with links, and can be read in every way', async () => {
  const answer = await place({ ...order, clientOrderId: 'read-me' })
  expect(answer.status).toBe(202)
  const placed = orderSchema.parse(answer.body)
  expect(placed).toMatchObject({
    clientOrderId: 'read-me',
    type: 'market',
    status: 'pending',
    inputMint: USDC,
    outputMint: SOL,
    swapMode: 'ExactIn',
    amount: '150000000',
    slippageBps: 50,
    maxPriceImpactBps: 1_000,
    timeInForce: 'IOC',
    priorityFee: { mode: 'auto', maxLamports: '1000000' },
    lastSeq: 1,
    attempts: [],
    failure: null,
    links: { stream: 'ws://127.0.0.1:4001/v1/stream' },
  })
  expect(answer.headers.get('location')).toBe(placed.links.self)
  expect(answer.headers.get('ratelimit-policy')).toBe('"default";q=10000;w=10, "orders";q=5000;w=10')
  expect(answer.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+, "orders";r=\d+;t=\d+$/)
  for (const path of [placed.links.self, '/v1/orders/by-client-id/read-me']) {
    const read = await rig.call('GET', path)
    expect([read.status, read.body]).toEqual([200, placed])
  }
  const events = await rig.call('GET', placed.links.events)
  expect(events.body).toEqual({
    items: [
      { orderId: placed.orderId, seq: 1, status: 'pending', phase: null, at: placed.createdAt, data: {} },
    ],
    nextCursor: null,
  })
  const route = await rig.call('GET', placed.links.route)
  expect(route.body).toMatchObject({ code: 'NOT_FOUND', detail: 'the order is not routed yet' })
})

test('a mint that is not on the list but has a market is taken', async () => {
  const { status, body } = await place({ ...order, outputMint: UNLISTED_MINT })
  expect([status, body['outputMint']]).toEqual([202, UNLISTED_MINT])
})

test('50 orders at once are 50 orders', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => place()))
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202))
  expect(new Set(answers.map(({ body }) => body['orderId'])).size).toBe(50)
})

describe('Idempotency-Key', () => {
  test('100 twins at once make one order and get one answer', async () => {
    const before = await rig.countOrders()
    const answers = await Promise.all(Array.from({ length: 100 }, () => place(order, keyed('twins'))))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(202)
    expect(await rig.countOrders()).toBe(before + 1)
    const replayed = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')
    expect(replayed).toHaveLength(99)
  })

  test('the first answer comes again, however far the order has come and however the body is written', async () => {
    const first = await place(order, keyed('again'))
    await move(first.body['orderId'] as string, 'routing', 'building')
    const written = { amount: '150000000', slippageBps: 50, outputMint: SOL, inputMint: USDC, type: 'market' }
    const again = await place(written, keyed('again'))
    expect([again.status, again.text]).toEqual([202, first.text])
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
  })

  test('another body under the same key is refused, also that of the short form', async () => {
    await place(order, keyed('reused'))
    const before = await rig.countOrders()
    const other = await place({ ...order, amount: '1' }, keyed('reused'))
    expect([other.status, other.body['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
    const short = await rig.call('POST', '/execute', { json: { amount: 1 }, headers: keyed('reused') })
    expect(short.body['code']).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(await rig.countOrders()).toBe(before)
  })

  test('a refused request does not use the key up', async () => {
    expect((await place({ ...order, amount: '0' }, keyed('refused'))).status).toBe(400)
    expect((await place(order, keyed('refused'))).status).toBe(202)
  })

  test('keys of different accounts have nothing to do with each other', async () => {
    const { apiKey } = await rig.newAccount()
    const mine = await place(order, keyed('shared'))
    const headers = keyed('shared')
    const theirs = await rig.call('POST', '/v1/orders', { json: order, headers, key: apiKey })
    expect(theirs.status).toBe(202)
    expect(theirs.body['orderId']).not.toBe(mine.body['orderId'])
  })
})

describe('clientOrderId', () => {
  test('an equal body is the same order, as it now is; another body is refused', async () => {
    const json = { ...order, clientOrderId: 'mine-1' }
    const first = await place(json)
    await move(first.body['orderId'] as string, 'routing')
    const again = await place(json, keyed('not-the-key-of-the-first'))
    expect(again.status).toBe(202)
    expect(again.body).toMatchObject({ orderId: first.body['orderId'], status: 'routing', lastSeq: 2 })
    const other = await place({ ...json, amount: '2' })
    expect([other.status, other.body['code']]).toEqual([409, 'DUPLICATE_CLIENT_ORDER_ID'])
    expect(other.body['orderId']).toBe(first.body['orderId'])
  })

  test('twins at once make one order', async () => {
    const json = { ...order, clientOrderId: 'mine-2' }
    const answers = await Promise.all(Array.from({ length: 30 }, () => place(json)))
    expect(new Set(answers.map(({ body }) => body['orderId'])).size).toBe(1)
    expect(answers.every(({ status }) => status === 202)).toBe(true)
  })
})

describe('cancel', () => {
  const cancel = (orderId: unknown) => rig.call('DELETE', `/v1/orders/${orderId as string}`)

  test('a pending order is cancelled, and cancelled again the same', async () => {
    const { body } = await place()
    const first = await cancel(body['orderId'])
    expect([first.status, first.body['status'], first.body['lastSeq']]).toEqual([200, 'cancelled', 2])
    const again = await cancel(body['orderId'])
    expect([again.status, again.body]).toEqual([200, first.body])
    const read = await rig.call('GET', `/v1/orders/${body['orderId'] as string}`)
    expect(read.body).toEqual(first.body)
  })

  test('twenty cancels at once: one event', async () => {
    const { body } = await place()
    const answers = await Promise.all(Array.from({ length: 20 }, () => cancel(body['orderId'])))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const events = await rig.store.events.list(null, body['orderId'] as string, 0, 10)
    expect(events.map(({ status }) => status)).toEqual(['pending', 'cancelled'])
  })

  test('a submitted order is answered as it stands', async () => {
    const { body } = await place()
    const orderId = body['orderId'] as string
    await move(orderId, 'routing', 'building', 'submitted')
    const late = await cancel(orderId)
    expect([late.status, late.body['code']]).toEqual([409, 'CANCEL_TOO_LATE'])
    expect(orderSchema.parse(late.body['order'])).toMatchObject({ orderId, status: 'submitted', lastSeq: 4 })
    await move(orderId, 'confirmed')
    expect((await cancel(orderId)).body).toMatchObject({
      code: 'CANCEL_TOO_LATE',
      order: { status: 'confirmed' },
    })
  })

  test('against a worker that takes its steps at the same time: either wins, and the answer says who', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { body } = await place()
      const orderId = body['orderId'] as string
      const worker = move(orderId, 'routing', 'building', 'submitted').then(
        () => true,
        () => false,
      )
      const answer = await cancel(orderId)
      const won = await worker
      const stored = await rig.store.orders.get(null, orderId)
      if (won) expect([answer.status, stored?.status]).toEqual([409, 'submitted'])
      else expect([answer.status, stored?.status]).toEqual([200, 'cancelled'])
    }
  })
})

test("another account's order is not there, for nobody and in no way", async () => {
  const { apiKey: key } = await rig.newAccount()
  const { body } = await place({ ...order, clientOrderId: 'secret' })
  const self = `/v1/orders/${body['orderId'] as string}`
  const calls = [
    ['GET', self],
    ['GET', `${self}/events`],
    ['GET', `${self}/route`],
    ['DELETE', self],
    ['GET', '/v1/orders/by-client-id/secret'],
  ] as const
  for (const [method, path] of calls) {
    const answer = await rig.call(method, path, { key })
    expect([answer.status, answer.body['code']]).toEqual([404, 'NOT_FOUND'])
  }
  expect((await rig.call('GET', '/v1/orders', { key })).body).toEqual({ items: [], nextCursor: null })
})

describe('history', () => {
  test('pages hold every order once, newest first, also while new ones come', async () => {
    const { accountId, apiKey: key } = await rig.newAccount()
    const made = []
    for (let i = 0; i < 7; i += 1) {
      const { body } = await rig.call('POST', '/v1/orders', { json: order, key })
      made.unshift(body['orderId'])
    }
    const seen: unknown[] = []
    let cursor: unknown = ''
    do {
      const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor as string)}`
      const { status, body } = await rig.call('GET', `/v1/orders?limit=3${query}`, { key })
      expect(status).toBe(200)
      seen.push(...(body.items ?? []).map(({ orderId }) => orderId))
      cursor = body['nextCursor']
      await rig.store.orders.insertOrders([newOrder(accountId)])
    } while (cursor !== null)
    expect(seen).toEqual(made)
  })

  test('filters, by symbol and by mint', async () => {
    const { apiKey: key } = await rig.newAccount()
    await rig.call('POST', '/v1/orders', { json: order, key })
    const { body: cancelled } = await rig.call('POST', '/v1/orders', {
      json: { ...order, inputMint: 'JUP' },
      key,
    })
    await rig.call('DELETE', `/v1/orders/${cancelled['orderId'] as string}`, { key })
    const count = async (query: string) =>
      (await rig.call('GET', `/v1/orders?${query}`, { key })).body.items?.length
    expect(await count('inputMint=USDC')).toBe(1)
    expect(await count(`inputMint=${USDC}`)).toBe(1)
    expect(await count('inputMint=JUP')).toBe(1)
    expect(await count('outputMint=SOL')).toBe(2)
    expect(await count('outputMint=RAY')).toBe(0)
    expect(await count(`outputMint=${UNLISTED_MINT}`)).toBe(0)
    expect(await count('status=cancelled')).toBe(1)
    expect(await count('type=market&status=pending')).toBe(1)
  })
})

test('events after a seq, and the route receipt once there is one', async () => {
  const { body } = await place()
  const orderId = body['orderId'] as string
  await move(orderId, 'routing')
  const receipt = receiptFor({ inputMint: USDC, outputMint: SOL, swapMode: 'ExactIn', amount: order.amount })
  const current = await rig.store.orders.get(null, orderId)
  if (!current) throw new Error('no such order')
  const step = steps(current, 2, ['routing', 'building'], { changes: { route: receipt } })
  await rig.store.orders.appendEvents([step])
  const events = await rig.call('GET', `/v1/orders/${orderId}/events?afterSeq=1`)
  expect(events.body.items?.map(({ seq, status }) => [seq, status])).toEqual([
    [2, 'routing'],
    [3, 'building'],
  ])
  expect((await rig.call('GET', `/v1/orders/${orderId}/events?afterSeq=3`)).body).toEqual({
    items: [],
    nextCursor: null,
  })
  expect((await rig.call('GET', `/v1/orders/${orderId}/events?afterSeq=x`)).status).toBe(400)
  const route = await rig.call('GET', `/v1/orders/${orderId}/route`)
  expect(route.body).toEqual({ ...receipt, orderId, attempt: 1 })
})

describe('the short form', () => {
  const execute = (raw: string, path = '/execute') => rig.call('POST', path, { raw })

  test.each(['/execute', '/api/orders/execute'])('%s buys SOL with USDC', async (path) => {
    const answer = await execute('{"amount": 50}', path)
    expect(answer.status).toBe(200)
    const orderId = answer.body['orderId'] as string
    expect(answer.body).toEqual({
      status: 'pending',
      orderId,
      message: expect.any(String) as unknown,
      stream: `ws://127.0.0.1:4001/ws?orderId=${orderId}`,
    })
    const stored = await rig.store.orders.get(rig.accountId, orderId)
    expect(stored).toMatchObject({
      type: 'market',
      inputMint: USDC,
      outputMint: SOL,
      swapMode: 'ExactOut',
      amount: 50_000_000_000n,
    })
  })

  test.each([
    ['{"amount": 0.1}', 100_000_000n],
    ['{"amount": 1e-9}', 1n],
    ['{"amount":123456789.123456789}', 123_456_789_123_456_789n],
    ['{"amount": 0.300000000000}', 300_000_000n],
    ['{"amount": 7, "amount": 2.5e0 }', 2_500_000_000n],
  ])('%s is %s lamports, exactly', async (raw, lamports) => {
    const { body } = await execute(raw)
    expect((await rig.store.orders.get(null, body['orderId'] as string))?.amount).toBe(lamports)
  })

  test.each([
    '{"amount": 0}',
    '{"amount": -1}',
    '{"amount": "50"}',
    '{"amount": 1.0000000001}',
    '{"amount": 123456789.1234567891}',
    '{"amount": 1e400}',
    '{"amount": 1e12}',
    '{"amount": null}',
    '{}',
    '{"amount": 1, "side": "buy"}',
  ])('%s is refused', async (raw) => {
    const before = await rig.countOrders()
    const { status, body } = await execute(raw)
    expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED'])
    expect(await rig.countOrders()).toBe(before)
  })

  test('with an Idempotency-Key the same answer comes again, from either path', async () => {
    const options = { json: { amount: 3 }, headers: keyed('short') }
    const first = await rig.call('POST', '/execute', options)
    const again = await rig.call('POST', '/api/orders/execute', options)
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  })
})
