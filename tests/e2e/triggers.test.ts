import { type OrderView } from '@fillstream/types'
import { createApi, landedSettlements, query, type Api } from '../support/api'
import { startStack, type ServiceName, type Stack } from '../support/stack'

let stack: Stack
let api: Api
beforeAll(async () => {
  stack = await startStack({
    env: {
      WORKER_LOCK_MS: '2000',
      SWEEP_IDLE_MS: '1000',
      SWEEP_INTERVAL_MS: '200',
      ATTEMPT_LEASE_MS: '2000',
      TRIGGER_LEASE_MS: '1000',
      TRIGGER_PARK_MS: '200',
      PRICE_LEASE_MS: '500',
      // A busy machine must not take so long that blockhashes grow old.
      SIM_SLOT_MS: '100',
      RATE_LIMIT_ORDERS_PER_SECOND: '100000',
      RATE_LIMIT_REQUESTS_PER_SECOND: '100000',
    },
  })
  api = createApi(stack)
}, 120_000)
afterAll(() => stack?.close(), 30_000)

/** Orders of the mass trigger: FILLSTREAM_TRIGGERED=5000 makes a bigger one of it. */
const MANY = Number(process.env['FILLSTREAM_TRIGGERED'] ?? 300)
/** Requests under way at a time. */
const AT_ONCE = 250

const SELL = { inputMint: 'SOL', outputMint: 'USDC', amount: '10000000' }

interface Pool {
  readonly address: string
  readonly mintA: string
  readonly mintB: string
}

/** Moves every pool of SOL and USDC, from the next slot on. */
async function moveMarket(priceBps: number): Promise<void> {
  const tokens = await api.get<{ items: { mint: string; symbol: string }[] }>('/v1/tokens')
  const mint = (symbol: string) => tokens.items.find((token) => token.symbol === symbol)?.mint
  const { items } = (await (await fetch(`${stack.urls.control}/pools`)).json()) as { items: Pool[] }
  const pools = items.filter(({ mintA, mintB }) => mintA === mint('SOL') && mintB === mint('USDC'))
  await Promise.all(
    pools.map(({ address }) =>
      fetch(`${stack.urls.control}/pools/${address}/move`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ priceBps }),
      }),
    ),
  )
}

async function open(orders: readonly object[]): Promise<OrderView[]> {
  const placed: OrderView[] = []
  for (let at = 0; at < orders.length; at += AT_ONCE)
    placed.push(...(await api.place(orders.slice(at, at + AT_ONCE))))
  for (const { orderId } of placed)
    while ((await api.order(orderId)).status !== 'open')
      await new Promise((resolve) => setTimeout(resolve, 20))
  return placed
}

const finished = (orders: readonly OrderView[]) =>
  Promise.all(orders.map(({ orderId }) => api.finished(orderId)))

/** What 1 SOL gives now, in USDC. */
async function price(): Promise<number> {
  const { body } = await api.post('/v1/quotes', { ...SELL, amount: '1000000000' })
  return Number((body as { price: string }).price)
}

test('limit, stop and trailing stop fire when the market gets there, and settle', async () => {
  const now = await price()
  const [limit, stop, trailing] = (await open([
    { ...SELL, type: 'limit', limitPrice: (now * 1.03).toFixed(4) },
    { ...SELL, type: 'stop', limitPrice: (now * 0.97).toFixed(4) },
    { ...SELL, type: 'trailingStop', trailingBps: 800 },
  ])) as [OrderView, OrderView, OrderView]
  await moveMarket(500)
  expect(await api.finished(limit.orderId)).toMatchObject({ status: 'confirmed' })
  expect((await api.order(stop.orderId)).status).toBe('open')
  await moveMarket(-1_200)
  const [stopped, trailed] = await finished([stop, trailing])
  expect([stopped?.status, trailed?.status]).toEqual(['confirmed', 'confirmed'])
  const events = await api.events(trailing.orderId)
  expect(events.map(({ status }) => status).slice(0, 3)).toEqual(['pending', 'open', 'routing'])
  expect(events[2]?.data).toMatchObject({ trigger: { highWater: expect.any(String) } })
}, 60_000)

test(`${MANY} orders at one price, every service killed while they fire: each fires and settles once`, async () => {
  const now = await price()
  const orders = await open(
    Array.from({ length: MANY }, () => ({ ...SELL, type: 'limit', limitPrice: (now * 1.02).toFixed(4) })),
  )
  await moveMarket(400)
  while (
    (
      await query(
        stack,
        `SELECT 1 FROM orders WHERE status <> 'open' AND type = 'limit' AND ended_at IS NULL`,
      )
    ).length === 0
  )
    await new Promise((resolve) => setTimeout(resolve, 5))
  const services: ServiceName[] = ['order-worker', 'dex-router', 'gateway', 'notifier', 'localnet']
  await Promise.all(services.map((service) => stack.kill(service)))
  for (const service of services.toReversed()) await stack.restart(service)
  while ((await query(stack, 'SELECT 1 FROM orders WHERE ended_at IS NULL LIMIT 1')).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 100))
  const done = await query<{ status: string; failure: unknown }>(
    stack,
    'SELECT status, failure FROM orders WHERE id = ANY($1::uuid[])',
    [orders.map(({ orderId }) => orderId)],
  )
  expect(done).toHaveLength(MANY)
  expect(done.map(({ status, failure }) => [status, failure])).toEqual(done.map(() => ['confirmed', null]))
  const { wallet } = await api.get<{ wallet: string }>('/v1/account')
  const landed = await landedSettlements(stack, wallet)
  expect(orders.map(({ orderId }) => landed.get(orderId))).toEqual(orders.map(() => 1))
  expect(await query(stack, 'SELECT order_id FROM triggers')).toEqual([])
}, 900_000)
