import { startTestGateway, type TestGateway } from '../../../tests/support/gateway'
import { eventually } from '../../../tests/support/store'

const PATH = '/v1/admin/trading'
const order = { inputMint: 'SOL', outputMint: 'USDC', amount: '1000000000' }

let rig: TestGateway
let operator: string
beforeAll(async () => {
  rig = await startTestGateway({ env: { DEMO_MODE: 'true' } })
  operator = (await rig.newAccount(['admin'])).apiKey
})
afterEach(() => rig.store.trading.set({ halted: false, reason: null, keyId: null }))
afterAll(() => rig.close())

const halt = (json: object = { halted: true, reason: 'a venue misprices' }) =>
  rig.call('PUT', PATH, { key: operator, json })

/** The order is accepted: this copy knows that the engine trades. */
const trades = () =>
  eventually(async () => {
    const answer = await rig.call('POST', '/v1/orders', { json: order })
    expect(answer.status).toBe(202)
    return answer
  })

test('an operator halts, is told so, and resumes', async () => {
  const halted = await halt()
  expect(halted.status).toBe(200)
  expect(halted.body).toMatchObject({ halted: true, reason: 'a venue misprices' })
  expect(operator).toContain(halted.body['keyId'])
  expect((await rig.call('GET', PATH, { key: operator })).body).toEqual(halted.body)
  const resumed = await halt({ halted: false })
  expect(resumed.body).toMatchObject({ halted: false, reason: null })
  await trades()
})

test.each(['GET', 'PUT'])(
  '%s needs the scope: neither a trader nor the demo account has it',
  async (method) => {
    const json = method === 'PUT' ? { json: { halted: true } } : {}
    for (const key of [rig.apiKey, null]) {
      const answer = await rig.call(method, PATH, { key, ...json })
      expect([answer.status, answer.body['code']]).toEqual([403, 'FORBIDDEN'])
    }
    expect((await rig.store.trading.get()).halted).toBe(false)
  },
)

test('the scope of an operator does not trade, and does not read', async () => {
  for (const [method, path, json] of [
    ['POST', '/v1/orders', order],
    ['GET', '/v1/orders', undefined],
  ] as const)
    expect((await rig.call(method, path, { key: operator, json })).status).toBe(403)
})

test.each([{}, { halted: 'yes' }, { halted: true, reason: '' }, { halted: true, until: 'noon' }])(
  '%j is not valid',
  async (json) => {
    expect((await halt(json)).status).toBe(400)
    expect((await rig.store.trading.get()).halted).toBe(false)
  },
)

test('during a halt new orders of both forms are refused with the reason, and nothing is written', async () => {
  await trades()
  await halt()
  const before = await rig.countOrders()
  for (const [path, json] of [
    ['/v1/orders', { ...order, clientOrderId: 'new' }],
    ['/execute', { amount: 1 }],
    ['/api/orders/execute', { amount: 1 }],
  ] as const) {
    const answer = await rig.call('POST', path, { json, headers: { 'idempotency-key': 'new' } })
    expect([answer.status, answer.body['code']]).toEqual([503, 'TRADING_HALTED'])
    expect(answer.body['detail']).toBe('trading is halted: a venue misprices')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  }
  expect(await rig.countOrders()).toBe(before)
})

test('during a halt what was accepted before is answered again, read and cancelled', async () => {
  const headers = { 'idempotency-key': 'first' }
  const json = { ...order, clientOrderId: 'mine' }
  const first = await eventually(async () => {
    const answer = await rig.call('POST', '/v1/orders', { json, headers })
    expect(answer.status).toBe(202)
    return answer
  })
  const path = `/v1/orders/${String(first.body['orderId'])}`
  await halt()
  const again = await rig.call('POST', '/v1/orders', { json, headers })
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true'])
  expect(again.body).toEqual(first.body)
  expect((await rig.call('POST', '/v1/orders', { json })).body).toEqual(first.body)
  const other = await rig.call('POST', '/v1/orders', { json: order, headers })
  expect([other.status, other.body['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
  expect((await rig.call('GET', path)).status).toBe(200)
  expect((await rig.call('DELETE', path)).body).toMatchObject({ status: 'cancelled' })
})

test('a halt through another copy is seen, and a metric shows it', async () => {
  await trades()
  await rig.store.trading.set({ halted: true, reason: null, keyId: 'elsewhere' })
  await eventually(async () => {
    const answer = await rig.call('POST', '/v1/orders', { json: order })
    expect([answer.body['code'], answer.body['detail']]).toEqual(['TRADING_HALTED', 'trading is halted'])
  })
  expect((await rig.call('GET', '/metrics')).text).toMatch(/^fillstream_trading_halted\{[^}]*\} 1$/m)
})
