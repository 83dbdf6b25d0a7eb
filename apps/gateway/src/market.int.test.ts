import { accountSchema, quoteSchema } from '@fillstream/types'
import {
  LISTED,
  receiptFor,
  SOME_ADDRESS,
  startTestGateway,
  type TestGateway,
} from '../../../tests/support/gateway'
import { eventually } from '../../../tests/support/store'

jest.setTimeout(30_000)

/** dex-router answers by the amount that is asked for. */
const FAILURES: Readonly<Record<string, string>> = {
  '404': 'NO_ROUTE',
  '405': 'INSUFFICIENT_LIQUIDITY',
  '503': 'VENUE_TIMEOUT',
  '500': 'INTERNAL',
}
const venue = { venue: 'raydium-sim', status: 'up' as const, pools: 6, lastSlot: 9, latencyMs: 1 }

let rig: TestGateway
beforeAll(async () => {
  rig = await startTestGateway({
    router: {
      quote: (request) => {
        const code = FAILURES[request.amount]
        if (code !== undefined) return Promise.reject(Object.assign(new Error(`it is ${code}`), { code }))
        return Promise.resolve(receiptFor(request))
      },
      venues: () => Promise.resolve({ venues: [venue] }),
    },
    worker: {
      balances: () =>
        Promise.resolve({
          address: SOME_ADDRESS,
          balances: [{ mint: SOME_ADDRESS, symbol: null, decimals: 9, amount: '18446744073709551615' }],
        }),
    },
  })
})
afterAll(() => rig.close())

const quote = (fields: object) =>
  rig.call('POST', '/v1/quotes', { json: { inputMint: 'USDC', outputMint: 'SOL', ...fields } })

test('a quote carries the bound that its slippage leaves, rounded so that the bound is never loosened', async () => {
  const exactIn = await quote({ amount: '1001', slippageBps: 30 })
  expect(exactIn.status).toBe(200)
  expect(quoteSchema.parse(exactIn.body)).toMatchObject({
    inAmount: '1001',
    outAmount: '500',
    otherAmountThreshold: '498',
    slippageBps: 30,
    alternatives: [{ venue: 'orca-sim', outcome: 'lost' }],
  })
  const exactOut = await quote({ amount: '1001', slippageBps: 30, swapMode: 'ExactOut' })
  expect(exactOut.body).toMatchObject({ inAmount: '2002', otherAmountThreshold: '2009' })
  expect(await rig.countOrders()).toBe(0)
})

test.each([
  ['404', 404, 'NOT_FOUND', [{ path: '', code: 'NO_ROUTE' }]],
  ['405', 400, 'VALIDATION_FAILED', [{ path: 'amount', code: 'INSUFFICIENT_LIQUIDITY' }]],
  ['503', 503, 'DEPENDENCY_UNAVAILABLE', []],
  ['500', 500, 'INTERNAL', []],
])('where dex-router fails with amount %s: %s %s', async (amount, status, code, errors) => {
  const answer = await quote({ amount })
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({ code, errors })
})

test('an internal error says nothing of its inside', async () => {
  const { body } = await quote({ amount: '500' })
  expect(body['detail']).not.toContain('INTERNAL')
})

test.each([
  [{ amount: '0' }, 'amount'],
  [{ amount: '1', inputMint: 'SOL' }, 'outputMint'],
  [{ amount: '1', outputMint: 'NOPE' }, 'outputMint'],
  [{ amount: '1', clientOrderId: 'x' }, 'clientOrderId'],
])('a quote for %j is refused', async (fields, path) => {
  const { status, body } = await quote(fields)
  expect([status, body]).toMatchObject([400, { code: 'VALIDATION_FAILED', errors: [{ path }] }])
})

test('tokens, venues, pools and the account', async () => {
  expect((await rig.call('GET', '/v1/tokens')).body).toEqual({ items: LISTED, nextCursor: null })
  expect((await rig.call('GET', '/v1/venues')).body).toEqual({ items: [venue], nextCursor: null })
  expect((await rig.call('GET', '/v1/pools')).body).toEqual({ items: [], nextCursor: null })
  const account = accountSchema.parse((await rig.call('GET', '/v1/account')).body)
  expect(account).toMatchObject({
    accountId: rig.accountId,
    name: 'test',
    key: { scopes: ['trade'] },
    wallet: SOME_ADDRESS,
    limits: { requestsPerSecond: 1_000, ordersPerSecond: 500 },
    balances: [{ amount: '18446744073709551615' }],
  })
})

test('health, metrics and the documents need no credential', async () => {
  const open = (path: string) => rig.call('GET', path, { key: null })
  expect((await open('/healthz')).body).toEqual({ status: 'ok' })
  const ready = await open('/readyz')
  expect([ready.status, ready.body]).toEqual([
    200,
    { status: 'ready', checks: { postgres: 'ok', redis: 'ok' } },
  ])
  expect((await open('/metrics')).text).toMatch(/^fillstream_http_requests_total\{/m)
  expect((await open('/openapi.json')).body).toMatchObject({ openapi: '3.1.0' })
  for (const [path, files, document] of [
    ['/docs', './docs', './openapi.json'],
    ['/docs/', '.', '../openapi.json'],
  ] as const) {
    const page = await open(path)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.text).toContain(`data-document="${document}"`)
    expect(page.text).not.toMatch(/https?:/)
    const linked = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link)
    expect(linked.every((link) => link.startsWith(`${files}/`))).toBe(true)
    for (const link of linked) {
      const file = await open(new URL(link, `http://localhost${path}`).pathname)
      expect([link, file.status]).toEqual([link, 200])
    }
  }
})

test('with dex-router and order-worker silent, what needs them is refused, and orders go on', async () => {
  const alone = await startTestGateway({ router: 'silent', worker: 'silent' })
  const order = { inputMint: 'USDC', outputMint: 'SOL', amount: '1' }
  const answers = await Promise.all([
    alone.call('POST', '/v1/quotes', { json: order }),
    alone.call('GET', '/v1/tokens'),
    alone.call('GET', '/v1/venues'),
    alone.call('GET', '/v1/account'),
  ])
  for (const { status, body } of answers)
    expect([status, body['code']]).toEqual([503, 'DEPENDENCY_UNAVAILABLE'])
  expect((await alone.call('POST', '/v1/orders', { json: order })).status).toBe(202)
  await alone.close()
})

test('a stop lets running requests finish and takes no more', async () => {
  let asked: () => void = () => undefined
  const isAsked = new Promise<void>((resolve) => (asked = resolve))
  let answer: () => void = () => undefined
  const mayAnswer = new Promise<void>((resolve) => (answer = resolve))
  const stopping = await startTestGateway({
    router: {
      quote: async (request) => {
        asked()
        await mayAnswer
        return receiptFor(request)
      },
    },
  })
  const running = stopping.call('POST', '/v1/quotes', {
    json: { inputMint: 'USDC', outputMint: 'SOL', amount: '10' },
  })
  await isAsked
  const closed = stopping.gateway.close()
  // The door is shut a moment after the stop: one that is on its way in meanwhile is let in.
  await eventually(() => expect(fetch(`${stopping.gateway.url}/healthz`)).rejects.toThrow())
  answer()
  expect((await running).status).toBe(200)
  await closed
  await stopping.close()
})
