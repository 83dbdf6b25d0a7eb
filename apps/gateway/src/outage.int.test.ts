import { createPostgresProxy, type PostgresProxy } from '../../../tests/support/tcp-proxy'
import { startTestGateway, type Answer, type TestGateway } from '../../../tests/support/gateway'

jest.setTimeout(60_000)

/** Both are reached through a proxy that can go away and fall silent. */
let postgres: PostgresProxy
let redis: PostgresProxy
let rig: TestGateway

beforeAll(async () => {
  rig = await startTestGateway({
    databaseUrl: async (url) => (postgres = await createPostgresProxy(url)).url,
    redisUrl: async (url) => (redis = await createPostgresProxy(url)).url,
  })
})
afterAll(async () => {
  await rig.close()
  await Promise.all([postgres.close(), redis.close()])
})

const order = { inputMint: 'USDC', outputMint: 'SOL', amount: '150000000' }
const place = (headers: Record<string, string> = {}) =>
  rig.call('POST', '/v1/orders', { json: order, headers })
const ready = () => rig.call('GET', '/readyz')

async function eventually(passes: () => Promise<boolean>): Promise<void> {
  while (!(await passes()));
}

/** Everything works again: connections that a silence has spoilt are cut first. */
async function recovered(proxy: PostgresProxy): Promise<void> {
  proxy.set({ kind: 'refuse' })
  proxy.set({ kind: 'pass' })
  await eventually(async () => (await ready()).status === 200)
  await eventually(async () => (await place()).status === 202)
}

function expectUnavailable(answer: Answer): void {
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect([answer.status, answer.body]).toMatchObject([
    503,
    { code: 'DEPENDENCY_UNAVAILABLE', retryable: true },
  ])
  expect(answer.text).not.toMatch(/127\.0\.0\.1|:\d{4,5}|prisma|ECONN|select |insert /i)
}

describe.each(['refuse', 'silent'] as const)('Postgres: %s', (kind) => {
  test('orders are refused, what Redis has is read, and all is well again afterwards', async () => {
    const { body: running } = await place()
    const before = await rig.countOrders()
    postgres.set({ kind })
    const answers = await Promise.all([
      place(),
      place({ 'idempotency-key': `away-${kind}` }),
      rig.call('GET', '/v1/orders'),
      rig.call('DELETE', `/v1/orders/${running['orderId'] as string}`),
      rig.call('POST', '/execute', { json: { amount: 1 } }),
    ])
    answers.forEach(expectUnavailable)
    await eventually(async () => (await place()).body['detail'] === 'postgres is not available')
    const { status, body } = await ready()
    expect(status).toBe(503)
    expect(body['checks']).toMatchObject({ redis: 'ok' })
    expect((body['checks'] as Record<string, string>)['postgres']).not.toBe('ok')
    const read = await rig.call('GET', `/v1/orders/${running['orderId'] as string}`)
    expect([read.status, read.body['orderId']]).toEqual([200, running['orderId']])
    expect((await rig.call('GET', '/v1/tokens')).status).toBe(200)
    expect((await rig.call('GET', '/healthz')).status).toBe(200)
    // A key that was never seen cannot be judged now.
    expectUnavailable(await rig.call('GET', '/v1/orders', { key: 'a-key-never-seen-before' }))

    await recovered(postgres)
    // What was in doubt when Postgres went silent may have been written since, under its own key, once.
    expect(await rig.countOrders()).toBeGreaterThan(before)
    expect((await place({ 'idempotency-key': `away-${kind}` })).status).toBe(202)
    expect((await rig.call('GET', '/v1/orders', { key: 'a-key-never-seen-before' })).status).toBe(401)
  })
})

describe.each(['refuse', 'silent'] as const)('Redis: %s', (kind) => {
  test('orders are refused before anything is written, history is read, and all is well again afterwards', async () => {
    const { body: running } = await place()
    redis.set({ kind })
    await eventually(async () => (await place()).status === 503)
    const before = await rig.countOrders()
    const answers = await Promise.all([
      place(),
      rig.call('POST', '/execute', { json: { amount: 1 } }),
      rig.call('POST', '/v1/quotes', { json: order }),
      rig.call('GET', '/v1/venues'),
      rig.call('GET', '/v1/account'),
      rig.call('POST', '/v1/stream-tokens'),
    ])
    answers.forEach(expectUnavailable)
    expect(await rig.countOrders()).toBe(before)
    const { status, body } = await ready()
    expect(status).toBe(503)
    expect(body['checks']).toMatchObject({ postgres: 'ok' })
    const self = `/v1/orders/${running['orderId'] as string}`
    for (const path of ['/v1/orders', self, `${self}/events`])
      expect((await rig.call('GET', path)).status).toBe(200)
    // Cancelling rests on Postgres alone.
    expect((await rig.call('DELETE', self)).body['status']).toBe('cancelled')
    await recovered(redis)
  })
})

test('a commit whose answer is lost is looked up: 202, and one order', async () => {
  const before = await rig.countOrders()
  const lost = postgres.lost()
  postgres.set({ kind: 'loseReply', mark: 'lost-answer', then: { kind: 'pass' } })
  const answer = await place({ 'idempotency-key': 'lost-answer' })
  expect(postgres.lost()).toBe(lost + 1)
  expect(answer.status).toBe(202)
  const again = await place({ 'idempotency-key': 'lost-answer' })
  expect(again.text).toBe(answer.text)
  expect(await rig.countOrders()).toBe(before + 1)
})

test('where the commit stays unknown: 503 that names the order, which the same key then finds', async () => {
  postgres.set({ kind: 'loseReply', mark: 'unknown', then: { kind: 'refuse' } })
  const answer = await place({ 'idempotency-key': 'unknown' })
  expectUnavailable(answer)
  expect(answer.body).toMatchObject({ detail: 'may have been accepted; repeat with the same key' })
  postgres.set({ kind: 'pass' })
  let again: Answer
  do again = await place({ 'idempotency-key': 'unknown' })
  while (again.status === 503)
  expect([again.status, again.body['orderId']]).toEqual([202, answer.body['orderId']])
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})
