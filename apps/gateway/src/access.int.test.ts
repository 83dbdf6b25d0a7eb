import { createStreamTokens } from '@fillstream/messaging'
import { createRedis, redisReady, systemDeps } from '@fillstream/runtime'
import { startTestGateway, type TestGateway } from '../../../tests/support/gateway'

jest.setTimeout(30_000)

const order = { inputMint: 'USDC', outputMint: 'SOL', amount: '150000000' }

describe('credentials', () => {
  let rig: TestGateway
  beforeAll(async () => {
    rig = await startTestGateway()
  })
  afterAll(() => rig.close())

  const wrong = `fs_${'0'.repeat(16)}.${'0'.repeat(64)}`

  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ['a key of our form that nobody has', { authorization: `Bearer ${wrong}` }],
    ['any text', { authorization: 'Bearer some-text-that-is-no-key' }],
    ['too short a text', { authorization: 'Bearer x' }],
    ['nothing after Bearer', { authorization: 'Bearer' }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['an empty header', { authorization: '' }],
    ['a header of its own making', { 'x-api-key': wrong }],
  ])('%s: 401 with WWW-Authenticate, on every call, whatever the body', async (_name, headers) => {
    const calls = [
      rig.call('GET', '/v1/account', { key: null, headers }),
      rig.call('GET', '/v1/orders/not-an-id', { key: null, headers }),
      rig.call('POST', '/v1/orders', { key: null, headers, raw: 'not json' }),
      rig.call('POST', '/execute', { key: null, headers, json: { amount: 1 } }),
      rig.call('POST', '/v1/orders', { key: null, headers, json: { a: 'x'.repeat(2_000_000) } }),
    ]
    for (const answer of await Promise.all(calls)) {
      expect([answer.status, answer.body['code']]).toEqual([401, 'UNAUTHENTICATED'])
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="fillstream"/)
    }
    expect(await rig.countOrders()).toBe(0)
  })

  test('the secret of one key under the id of another', async () => {
    const { apiKey } = await rig.newAccount()
    const key = `${apiKey.split('.')[0]}.${rig.apiKey.split('.')[1]}`
    expect((await rig.call('GET', '/v1/orders', { key })).status).toBe(401)
  })

  test('a key that only reads cannot trade, and one that may do neither does nothing', async () => {
    const reader = await rig.newAccount(['read'])
    const nobody = await rig.newAccount(['other'])
    expect((await rig.call('GET', '/v1/orders', { key: reader.apiKey })).status).toBe(200)
    for (const [method, path] of [
      ['POST', '/v1/orders'],
      ['POST', '/execute'],
      ['DELETE', '/v1/orders/01990f1e-7c2a-7b3e-9d4f-5a6b7c8d9e0f'],
    ] as const) {
      const answer = await rig.call(method, path, { key: reader.apiKey })
      expect([answer.status, answer.body['code']]).toEqual([403, 'FORBIDDEN'])
    }
    expect((await rig.call('GET', '/v1/orders', { key: nobody.apiKey })).status).toBe(403)
  })

  test('a revoked key is refused within seconds', async () => {
    const { apiKey: key } = await rig.newAccount()
    expect((await rig.call('GET', '/v1/orders', { key })).status).toBe(200)
    await rig.store.apiKeys.revoke(/^fs_([0-9a-f]+)/.exec(key)?.[1] ?? '')
    while ((await rig.call('GET', '/v1/orders', { key })).status === 200);
    expect((await rig.call('GET', '/v1/orders', { key })).status).toBe(401)
  })

  test('a stream token stands for its account, in Redis by its hash and not for long', async () => {
    const { status, body } = await rig.call('POST', '/v1/stream-tokens')
    expect(status).toBe(200)
    const token = body['token'] as string
    expect(body['url']).toBe(`ws://127.0.0.1:4001/v1/stream?token=${token}`)
    const redis = createRedis(rig.redis.url, 'producer', systemDeps('test', 'silent').logger)
    await redisReady(redis)
    const owner = await createStreamTokens(redis, rig.redis.keyPrefix).find(token)
    const keys = await redis.keys(`${rig.redis.keyPrefix}:stream-token:*`)
    const ttl = await redis.ttl(keys[0] ?? '')
    redis.disconnect()
    expect(owner).toEqual({ accountId: rig.accountId })
    expect(keys.join()).not.toContain(token)
    expect(ttl).toBeLessThanOrEqual(60)
  })
})

describe('demo mode', () => {
  let rig: TestGateway
  beforeAll(async () => {
    rig = await startTestGateway({ env: { DEMO_MODE: 'true' } })
  })
  afterAll(() => rig.close())

  test('without a credential it is the first account that acts, with one its own', async () => {
    const placed = await rig.call('POST', '/v1/orders', { json: order, key: null })
    expect(placed.status).toBe(202)
    expect(await rig.store.orders.get(rig.accountId, placed.body['orderId'] as string)).not.toBeNull()
    const { apiKey: key, accountId } = await rig.newAccount()
    expect((await rig.call('GET', '/v1/account', { key })).body['accountId']).toBe(accountId)
    const account = await rig.call('GET', '/v1/account', { key: null })
    expect(account.body).toMatchObject({ accountId: rig.accountId, key: { keyId: null, scopes: ['trade'] } })
  })

  test('a wrong credential is wrong here too', async () => {
    for (const authorization of ['Bearer nonsense-nonsense-nonsense', 'Bearer', '', 'Basic x']) {
      const answer = await rig.call('GET', '/v1/orders', { key: null, headers: { authorization } })
      expect([authorization, answer.status]).toEqual([authorization, 401])
    }
  })
})

describe('limits', () => {
  test('an account past its orders is refused until the window ends, and only it', async () => {
    const rig = await startTestGateway({ env: { RATE_LIMIT_ORDERS_PER_SECOND: '1' } })
    const other = await rig.newAccount()
    const answers = await Promise.all(
      Array.from({ length: 15 }, () => rig.call('POST', '/v1/orders', { json: order })),
    )
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(5)
    for (const { body, headers } of refused) {
      expect(body['code']).toBe('RATE_LIMITED')
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(headers.get('ratelimit')).toMatch(/"orders";r=0;t=\d+/)
    }
    expect(await rig.countOrders()).toBe(10)
    expect((await rig.call('GET', '/v1/orders')).status).toBe(200)
    const theirs = await rig.call('POST', '/v1/orders', { json: order, key: other.apiKey })
    expect(theirs.status).toBe(202)
    await rig.close()
  })

  test.each([
    ['too many orders wait', { MAX_QUEUE_DEPTH: '1' }],
    ['nobody works on those that wait', { MAX_QUEUE_SECONDS: '1' }],
  ])('while %s, new ones are refused with Retry-After', async (_why, env) => {
    const rig = await startTestGateway({ env })
    let answer
    do {
      answer = await rig.call('POST', '/v1/orders', { json: order })
    } while (answer.status === 202)
    expect([answer.status, answer.body['code']]).toEqual([503, 'OVERLOADED'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect((await rig.call('GET', '/v1/orders')).status).toBe(200)
    await rig.close()
  })
})

test('pages of other origins get in only where they are listed', async () => {
  const rig = await startTestGateway({ env: { ALLOWED_ORIGINS: 'https://app.example' } })
  const from = (origin: string, method = 'GET', headers = {}) =>
    rig.call(method, '/v1/orders', { headers: { origin, ...headers } })
  const ours = await from('https://app.example')
  expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example')
  expect((await from('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  const preflight = await rig.call('OPTIONS', '/v1/orders', {
    key: null,
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
  await rig.close()
})

test('a key of the operator opens a database that has none', async () => {
  const rig = await startTestGateway({
    ownAccount: false,
    env: { BOOTSTRAP_API_KEY: 'an-operators-own-key' },
  })
  const account = await rig.call('GET', '/v1/account', { key: 'an-operators-own-key' })
  expect([account.status, account.body['name']]).toEqual([200, 'demo'])
  expect((await rig.call('GET', '/v1/account', { key: 'another-operators-key' })).status).toBe(401)
  await rig.close()
})
