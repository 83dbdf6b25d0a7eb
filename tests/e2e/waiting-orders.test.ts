import { randomUUID } from 'node:crypto'
import { createStore } from '@fillstream/store'
import { type OrderView } from '@fillstream/types'
import { createApi, query, type Api } from '../support/api'
import { startStack, type Stack } from '../support/stack'
import { realClock } from '../support/store'

let stack: Stack
let api: Api
beforeAll(async () => {
  stack = await startStack({ env: { SWEEP_INTERVAL_MS: '50', SWEEP_IDLE_MS: '100' } })
  api = createApi(stack)
}, 120_000)
afterAll(() => stack?.close(), 30_000)

/** SOL trades near 150 USDC: far below a price for a sale, and far above one. */
const OUT_OF_REACH = '1500'
const BELOW_MARKET = '15'
const SELL = { inputMint: 'SOL', outputMint: 'USDC', amount: '10000000' }
const limit = (fields: object) => ({ ...SELL, type: 'limit', limitPrice: OUT_OF_REACH, ...fields })

async function reaches(orderId: string, passes: (order: OrderView) => boolean): Promise<OrderView> {
  for (;;) {
    const order = await api.order(orderId)
    if (passes(order)) return order
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function place(order: object): Promise<OrderView> {
  return (await api.place([order]))[0] as OrderView
}

const statuses = async (orderId: string) => (await api.events(orderId)).map(({ status }) => status)
const triggers = (orderId: string) => query(stack, 'SELECT kind FROM triggers WHERE order_id = $1', [orderId])

async function cancel(orderId: string): Promise<Response> {
  return fetch(`${stack.urls.gateway}/v1/orders/${orderId}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${stack.apiKey}` },
  })
}

test.each([
  ['limit', { limitPrice: OUT_OF_REACH, timeInForce: 'GTC' }],
  ['stop', { limitPrice: BELOW_MARKET }],
  ['trailingStop', { trailingBps: 9_000 }],
  ['sniper', { outputMint: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' }],
])(
  'a %s order rests, and can be cancelled there',
  async (type, fields) => {
    const { orderId } = await place({ ...SELL, type, ...fields })
    await reaches(orderId, ({ status }) => status === 'open')
    expect(await triggers(orderId)).toEqual([{ kind: type }])
    const answer = await cancel(orderId)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ status: 'cancelled' })
    expect(await statuses(orderId)).toEqual(['pending', 'open', 'cancelled'])
    expect(await triggers(orderId)).toEqual([])
  },
  60_000,
)

test('an IOC limit order is filled within its price, or ends at its first quote', async () => {
  const [good, bad] = await api.place([
    limit({ limitPrice: BELOW_MARKET, timeInForce: 'IOC' }),
    limit({ timeInForce: 'IOC' }),
  ])
  const filled = await api.finished(good?.orderId as string)
  expect(filled).toMatchObject({ status: 'confirmed', minOutputAmount: '150000' })
  expect(BigInt(filled.outputAmount ?? 0)).toBeGreaterThanOrEqual(150_000n)
  const refused = await api.finished(bad?.orderId as string)
  expect(refused).toMatchObject({ status: 'failed', failure: { code: 'SLIPPAGE_EXCEEDED', retryable: true } })
  expect(refused.attempts).toHaveLength(1)
  expect(await statuses(refused.orderId)).toEqual(['pending', 'routing', 'failed'])
}, 60_000)

test('a limit order that fires and is not executable waits again, with nothing tried', async () => {
  const { orderId } = await place(limit({}))
  const order = await reaches(orderId, ({ status }) => status === 'open')
  const [row] = await query<{ account_id: string }>(stack, 'SELECT account_id FROM orders WHERE id = $1', [
    orderId,
  ])
  const store = createStore({ databaseUrl: stack.urls.database }, { clock: realClock })
  try {
    const results = await store.orders.appendEvents([
      {
        orderId,
        accountId: row?.account_id as string,
        from: 'open',
        expectedSeq: order.lastSeq,
        events: [{ eventId: randomUUID(), status: 'routing', phase: null, data: {} }],
      },
    ])
    expect(results).toMatchObject([{ outcome: 'appended' }])
  } finally {
    await store.close()
  }
  const again = await reaches(orderId, ({ lastSeq }) => lastSeq > order.lastSeq + 1)
  expect(again).toMatchObject({ status: 'open', attempts: [], minOutputAmount: order.minOutputAmount })
  expect(await triggers(orderId)).toEqual([{ kind: 'limit' }])
  await cancel(orderId)
}, 60_000)

test('orders expire by the clock of Postgres, also when every service was away as their time ended', async () => {
  const services = ['gateway', 'notifier', 'order-worker', 'dex-router'] as const
  // The same machine's clock here: only that the time lies ahead matters.
  const soon = new Date(Date.now() + 1_500).toISOString()
  const { orderId } = await place(limit({ expiresAt: soon }))
  const kept = await place(limit({}))
  await reaches(orderId, ({ status }) => status === 'open')
  for (const service of services) await stack.stop(service)
  const over = () => query<{ over: boolean }>(stack, 'SELECT now() > $1::timestamptz AS over', [soon])
  while (!(await over())[0]?.over) await new Promise((resolve) => setTimeout(resolve, 20))
  for (const service of services.toReversed()) await stack.restart(service)
  const done = await api.finished(orderId)
  expect(done).toMatchObject({ status: 'expired', failure: { code: 'ORDER_EXPIRED' }, expiresAt: soon })
  expect(await statuses(orderId)).toEqual(['pending', 'open', 'expired'])
  expect(await triggers(orderId)).toEqual([])
  expect(await api.order(kept.orderId)).toMatchObject({ status: 'open' })
  expect((await cancel(orderId)).status).toBe(409)
}, 120_000)
