import { type OrderView, type PoolInfo } from '@fillstream/types'
import { createApi, landedSettlements, query, rpc, type Api } from '../support/api'
import { startStack, type Stack } from '../support/stack'

const SOL = 'So11111111111111111111111111111111111111112'
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'

let stack: Stack
let api: Api
beforeAll(async () => {
  stack = await startStack({
    env: {
      SIM_SLOT_MS: '50',
      SIM_CONFIRM_DELAY_MS: '500',
      WATCH_INTERVAL_MS: '20',
      RESEND_INTERVAL_MS: '200',
    },
  })
  api = createApi(stack)
}, 120_000)
afterAll(() => stack?.close(), 30_000)
afterEach(() => control('/faults', {}, 'PUT'))

async function control<Body>(path: string, body: object, method = 'POST'): Promise<Body> {
  const response = await fetch(`${stack.urls.control}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Body
}

async function alerts(kind: string): Promise<number> {
  const text = await (await fetch(`${stack.urls['order-worker']}/metrics`)).text()
  const found = new RegExp(`alerts_total\\{kind="${kind}"[^}]*\\} (\\d+)`).exec(text)
  return Number(found?.[1] ?? 0)
}

/** Moves the price of SOL in every SOL/USDC pool. */
async function moveMarket(priceBps: number): Promise<void> {
  const { items } = await api.get<{ items: PoolInfo[] }>('/v1/pools')
  for (const { pool, mintA, mintB } of items)
    if ([mintA, mintB].includes(SOL) && [mintA, mintB].includes(USDC))
      await control(`/pools/${pool}/move`, { priceBps: mintA === SOL ? priceBps : -priceBps })
}

async function confirmedOrders(slippageBps: number): Promise<OrderView[]> {
  const amounts = ['300000001', '300000002', '300000003']
  const placed = await api.place(
    amounts.map((amount) => ({ inputMint: 'SOL', outputMint: 'USDC', amount, slippageBps })),
  )
  const orders = await Promise.all(placed.map(({ orderId }) => api.finished(orderId)))
  expect(orders.map(({ status }) => status)).toEqual(['confirmed', 'confirmed', 'confirmed'])
  return orders
}

const slotOf = (order: OrderView) => order.attempts.at(-1)?.slot ?? 0

/** Rolls back just so far that none of these transactions is left. */
async function rollBack(orders: readonly OrderView[], drop: boolean): Promise<void> {
  const undone = new Set<string>()
  const first = Math.min(...orders.map(slotOf))
  while (!orders.every(({ txHash }) => undone.has(txHash ?? ''))) {
    const now = await rpc<number>(stack, 'getSlot', [{ commitment: 'confirmed' }])
    const { transactions } = await control<{ transactions: string[] }>('/faults/rollback', {
      slots: now - first + 3,
      drop,
    })
    for (const signature of transactions) undone.add(signature)
  }
}

/** The orders as the API tells them once nobody looks after them any more. */
async function settledForGood(orders: readonly OrderView[]): Promise<OrderView[]> {
  const ids = orders.map(({ orderId }) => orderId)
  for (;;) {
    const rows = await query<{ order_id: string; slot: string; code: string | null; open: boolean }>(
      stack,
      'select order_id, slot, code, finalized_at is null as open from attempts where order_id = any($1)',
      [ids],
    )
    const told = await Promise.all(ids.map((orderId) => api.order(orderId)))
    const done = rows.every(({ order_id: orderId, slot, code, open }) => {
      const attempt = told.find((order) => order.orderId === orderId)?.attempts.at(-1)
      return !open && attempt?.slot === Number(slot) && attempt.code === code
    })
    if (done) return told
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

interface FillRow {
  readonly order_id: string
  readonly slot: string
  readonly input_amount: string
  readonly output_amount: string
  readonly price: string
}

/** Orders, fills and what the wallet really gained and paid are one. */
async function agreesWithTheChain(
  orders: readonly OrderView[],
  before: ReadonlyMap<string, bigint>,
): Promise<void> {
  const rows = await query<FillRow>(stack, 'select * from fills where order_id = any($1)', [
    orders.map(({ orderId }) => orderId),
  ])
  const fills = new Map(rows.map((row) => [row.order_id, row]))
  for (const order of orders) {
    const status = await rpc<{ value: ({ slot: number } | null)[] }>(stack, 'getSignatureStatuses', [
      [order.txHash],
      { searchTransactionHistory: true },
    ])
    const fill = fills.get(order.orderId)
    expect([Number(fill?.slot), slotOf(order)]).toEqual([status.value[0]?.slot, status.value[0]?.slot])
    expect([fill?.input_amount, fill?.output_amount, fill?.price]).toEqual([
      order.inputUsed,
      order.outputAmount,
      order.executedPrice,
    ])
  }
  const after = await api.balances()
  const moved = (mint: string) => (after.get(mint) ?? 0n) - (before.get(mint) ?? 0n)
  const sum = (amounts: readonly (string | null)[]) =>
    amounts.reduce((all, each) => all + BigInt(each ?? 0), 0n)
  expect(moved(USDC)).toBe(sum(orders.map(({ outputAmount }) => outputAmount)))
  const fees = orders.flatMap((order) => order.fees.map(({ amount }) => amount))
  expect(-moved(SOL)).toBe(sum([...orders.map(({ inputUsed }) => inputUsed), ...fees]))
}

async function landedTimes(orders: readonly OrderView[]): Promise<(number | undefined)[]> {
  const { wallet } = await api.get<{ wallet: string }>('/v1/account')
  const landed = await landedSettlements(stack, wallet)
  return orders.map(({ orderId }) => landed.get(orderId))
}

test('rolled back and landed again at another price: one settlement each, and the fill is what the chain says', async () => {
  const before = await api.balances()
  const orders = await confirmedOrders(1_000)
  await moveMarket(-200)
  await rollBack(orders, false)
  const settled = await settledForGood(orders)
  expect(settled.map(({ status }) => status)).toEqual(['confirmed', 'confirmed', 'confirmed'])
  expect(await landedTimes(settled)).toEqual([1, 1, 1])
  settled.forEach((order, i) => {
    expect(slotOf(order)).toBeGreaterThan(slotOf(orders[i] as OrderView))
    expect(BigInt(order.outputAmount ?? 0)).toBeLessThan(BigInt(orders[i]?.outputAmount ?? 0))
    expect(BigInt(order.outputAmount ?? 0)).toBeGreaterThanOrEqual(BigInt(order.minOutputAmount ?? 0))
  })
  await agreesWithTheChain(settled, before)
  expect([await alerts('rolled_back'), await alerts('settled_differently')]).toEqual([3, 3])
}, 60_000)

test('rolled back and forgotten by the network: the same bytes are sent again, and land once', async () => {
  const known = await alerts('rolled_back')
  const before = await api.balances()
  const orders = await confirmedOrders(1_000)
  await rollBack(orders, true)
  const settled = await settledForGood(orders)
  expect(settled.map(({ txHash }) => txHash)).toEqual(orders.map(({ txHash }) => txHash))
  expect(await landedTimes(settled)).toEqual([1, 1, 1])
  await agreesWithTheChain(settled, before)
  expect([await alerts('rolled_back'), await alerts('confirmed_but_lost')]).toEqual([known + 3, 0])
}, 60_000)

test('landed again where the price had left its bound: the order says that nothing was settled, and why', async () => {
  const known = await alerts('settled_differently')
  const before = await api.balances()
  const orders = await confirmedOrders(50)
  await moveMarket(-500)
  await rollBack(orders, false)
  const settled = await settledForGood(orders)
  for (const { status, inputUsed, outputAmount, attempts } of settled) {
    expect([status, inputUsed, outputAmount]).toEqual(['confirmed', '0', '0'])
    expect(attempts.at(-1)).toMatchObject({ status: 'confirmed', code: 'SLIPPAGE_EXCEEDED' })
  }
  await agreesWithTheChain(settled, before)
  expect(await alerts('settled_differently')).toBe(known + 3)
}, 60_000)

test('rolled back and never heard of again: said once it can no longer land, and looked at no more', async () => {
  const orders = await confirmedOrders(50)
  await control('/faults', { submit: { refuse: true } }, 'PUT')
  await rollBack(orders, true)
  const settled = await settledForGood(orders)
  for (const { status, attempts } of settled) {
    expect(status).toBe('confirmed')
    expect(attempts.at(-1)).toMatchObject({ status: 'confirmed', code: 'TX_EXPIRED' })
  }
  expect(await landedTimes(settled)).toEqual([undefined, undefined, undefined])
  expect(await alerts('confirmed_but_lost')).toBe(3)
}, 60_000)
