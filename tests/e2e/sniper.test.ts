import { generateKeyPairSync } from 'node:crypto'
import { encodeBase58 } from '@fillstream/core'
import { type OrderView } from '@fillstream/types'
import { createApi, type Api } from '../support/api'
import { startStack, type Stack } from '../support/stack'

let stack: Stack
let api: Api
beforeAll(async () => {
  stack = await startStack({ env: { SIM_SLOT_MS: '50', SIM_CONFIRM_DELAY_MS: '0' } })
  api = createApi(stack)
}, 120_000)
afterAll(() => stack?.close(), 30_000)

interface Launched {
  readonly pool: string
  readonly mint: string
  readonly openSlot: number
}

async function launch(body: object): Promise<Launched> {
  const response = await fetch(`${stack.urls.control}/launches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as Launched
}

function newAddress(): string {
  const { publicKey } = generateKeyPairSync('ed25519')
  return encodeBase58(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
}

async function place(outputMint: string, more: object = {}): Promise<OrderView> {
  const order = {
    type: 'sniper',
    inputMint: 'SOL',
    outputMint,
    amount: '1000000000',
    slippageBps: 100,
    ...more,
  }
  return (await api.place([order]))[0] as OrderView
}

async function reaches(orderId: string, passes: (order: OrderView) => boolean): Promise<OrderView> {
  for (;;) {
    const order = await api.order(orderId)
    if (passes(order)) return order
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function get<Body>(path: string): Promise<Body> {
  const response = await fetch(`${stack.urls.gateway}${path}`, {
    headers: { authorization: `Bearer ${stack.apiKey}` },
  })
  return (await response.json()) as Body
}

test('a token that was only announced is bought in the pool that opens', async () => {
  const mint = newAddress()
  const { orderId } = await place(mint)
  await reaches(orderId, ({ status }) => status === 'open')
  const { pool, openSlot } = await launch({ mint, openInMs: 3_000 })

  const order = await api.finished(orderId)
  expect([order.status, order.failure]).toEqual(['confirmed', null])
  expect(order.attempts).toHaveLength(1)
  expect(order.attempts[0]?.slot).toBeGreaterThanOrEqual(openSlot)
  expect(BigInt(order.outputAmount ?? 0)).toBeGreaterThanOrEqual(BigInt(order.minOutputAmount ?? 0))
  expect(Number(order.executedPrice)).toBeGreaterThan(0)

  const events = await api.events(orderId)
  const way = ['pending', 'open', 'routing', 'building', 'submitted', 'confirmed']
  expect(events.map(({ status }) => status)).toEqual(way)
  expect(events[4]?.data['launch']).toEqual({ pool, openSlot })
  expect(events[5]?.data['launch']).toEqual({
    pool,
    openSlot,
    launchToSubmittedMs: expect.any(Number),
    openToSubmittedMs: expect.any(Number),
    landedSlot: order.attempts[0]?.slot,
    openToLandedSlots: Number(order.attempts[0]?.slot) - openSlot,
  })

  const tokens = await get<{ items: object[] }>('/v1/tokens')
  expect(tokens.items).toContainEqual({ mint, symbol: null, name: null, decimals: 6, verified: false })
  const account = await get<{ balances: object[] }>('/v1/account')
  expect(account.balances).toContainEqual({ mint, symbol: null, decimals: 6, amount: order.outputAmount })
}, 90_000)

test.each([
  ['mintAuthority', 'mintAuthority', 'can make more of the token'],
  ['freezeAuthority', 'freezeAuthority', 'can freeze accounts'],
  ['creatorHoldsMost', 'creatorShare', 'holds 6500 bps'],
  ['lowLiquidity', 'liquidity', 'the pool holds 200000000 base units'],
  ['unsellable', 'sale', 'the sale was refused'],
])(
  'a launch of the kind %s is refused for %s',
  async (kind, check, figure) => {
    const { mint } = await launch({ kind, openInMs: 4_000 })
    const { orderId } = await place(mint)
    const order = await api.finished(orderId)
    expect([order.status, order.failure?.code]).toEqual(['failed', 'SAFETY_CHECK_FAILED'])
    expect(order.failure?.message).toContain(figure)
    expect(order.attempts).toEqual([])
    const last = (await api.events(orderId)).at(-1)
    expect(last?.data['safety']).toMatchObject({ checks: [{ check }] })
  },
  90_000,
)

test('a pool that is open already is bought from at once, one that is too dear is left alone', async () => {
  const { mint, openSlot } = await launch({ openInMs: 0 })
  const dear = await place(mint, { sniper: { maxPrice: '0.0000000001' } })
  await reaches(dear.orderId, ({ status }) => status === 'open')
  const bought = await api.finished((await place(mint, { sniper: { maxPrice: '0.001' } })).orderId)
  expect([bought.status, bought.failure]).toEqual(['confirmed', null])
  expect(bought.attempts[0]?.slot).toBeGreaterThanOrEqual(openSlot)
  expect((await api.order(dear.orderId)).status).toBe('open')
}, 90_000)

test('a launch that happens while order-worker is dead is bought by the next one, once', async () => {
  const mint = newAddress()
  const { orderId } = await place(mint)
  await reaches(orderId, ({ status }) => status === 'open')
  await stack.kill('order-worker')
  await launch({ mint, openInMs: 500 })
  await stack.restart('order-worker')

  const order = await api.finished(orderId)
  expect([order.status, order.failure]).toEqual(['confirmed', null])
  expect(order.attempts).toHaveLength(1)
  expect((await api.balances()).get(mint)).toBe(BigInt(order.outputAmount ?? 0))
}, 90_000)
