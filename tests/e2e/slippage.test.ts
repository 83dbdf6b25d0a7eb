import { type OrderView, type PoolInfo } from '@fillstream/types'
import { createApi, query, rpc, type Api } from '../support/api'
import { startStack, type Stack } from '../support/stack'

const SOL = 'So11111111111111111111111111111111111111112'
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'

let stack: Stack
let api: Api
beforeAll(async () => {
  stack = await startStack({
    env: {
      SIM_SLOT_MS: '100',
      SIM_CONFIRM_DELAY_MS: '5000-6000',
      RETRY_BASE_MS: '2000',
      RETRY_MAX_MS: '4000',
    },
  })
  api = createApi(stack)
}, 120_000)
afterAll(() => stack?.close(), 30_000)

/** Moves the price of SOL in every SOL/USDC pool. */
async function moveMarket(priceBps: number): Promise<void> {
  const { items } = await api.get<{ items: PoolInfo[] }>('/v1/pools')
  const pools = items.filter(
    ({ mintA, mintB }) => [mintA, mintB].includes(SOL) && [mintA, mintB].includes(USDC),
  )
  expect(pools).toHaveLength(3)
  await Promise.all(
    pools.map(async ({ pool, mintA }) => {
      const response = await fetch(`${stack.urls.control}/pools/${pool}/move`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ priceBps: mintA === SOL ? priceBps : -priceBps }),
      })
      expect(response.status).toBe(200)
    }),
  )
}

async function submitted(orderId: string): Promise<OrderView> {
  for (;;) {
    const order = await api.order(orderId)
    if (order.attempts.some(({ txHash }) => txHash !== null)) return order
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('pools moved against 20 orders between signing and landing: failed on chain, tried again within the bound, each reason kept', async () => {
  const tight = Array.from({ length: 10 }, (_, i) => ({
    inputMint: 'SOL',
    outputMint: 'USDC',
    amount: String(50_000_000 + i),
    slippageBps: 30,
  }))
  const wide = Array.from({ length: 10 }, (_, i) => ({
    inputMint: 'SOL',
    outputMint: 'USDC',
    amount: String(60_000_000 + i),
    slippageBps: 1_000,
  }))
  const orders = await api.place([...tight, ...wide])
  const signed = await Promise.all(orders.map(({ orderId }) => submitted(orderId)))
  await moveMarket(-200)
  const done = await Promise.all(orders.map(({ orderId }) => api.finished(orderId)))

  for (const order of done.slice(0, 10)) {
    expect(order).toMatchObject({
      status: 'failed',
      failure: { code: 'SLIPPAGE_EXCEEDED', retryable: true },
      txHash: null,
    })
    expect(order.attempts.map(({ attempt, status, code }) => [attempt, status, code])).toEqual(
      [1, 2, 3].map((n) => [n, 'failed', 'SLIPPAGE_EXCEEDED']),
    )
    expect(order.attempts.every(({ message }) => message !== null && message.length > 0)).toBe(true)
    const [first] = order.attempts
    expect(first?.slot).toEqual(expect.any(Number))
    const { value } = await rpc<{ value: [{ err: unknown }] }>(stack, 'getSignatureStatuses', [
      [first?.txHash],
      { searchTransactionHistory: true },
    ])
    expect(value[0].err).toMatchObject({ InstructionError: [expect.any(Number), { Custom: 1 }] })
    expect(order.fees).toContainEqual(expect.objectContaining({ kind: 'network' }))
  }
  for (const order of done.slice(10)) {
    expect(order).toMatchObject({ status: 'confirmed', failure: null })
    expect(BigInt(order.outputAmount ?? 0) >= BigInt(order.minOutputAmount ?? 1)).toBe(true)
  }
  // A bound is fixed once, whatever came after.
  expect(done.map(({ minOutputAmount }) => minOutputAmount)).toEqual(
    signed.map(({ minOutputAmount }) => minOutputAmount),
  )
  const gaps = await query(
    stack,
    'select order_id from order_events group by order_id having max(seq) <> count(*)',
  )
  expect(gaps).toEqual([])
}, 120_000)

test('a price that comes back: the second attempt settles within the first bound', async () => {
  const [order] = await api.place([
    { inputMint: 'SOL', outputMint: 'USDC', amount: '70000000', slippageBps: 30 },
  ])
  const orderId = order?.orderId as string
  const first = await submitted(orderId)
  await moveMarket(-200)
  for (;;) {
    const now = await api.order(orderId)
    if (now.attempts[0]?.status === 'failed') break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await moveMarket(300)
  const done = await api.finished(orderId)
  if (done.status === 'failed') throw new Error(JSON.stringify(done.attempts))
  expect(done.attempts.at(-1)).toMatchObject({ status: 'confirmed' })
  expect(done.attempts[0]).toMatchObject({ status: 'failed', code: 'SLIPPAGE_EXCEEDED' })
  expect(done.minOutputAmount).toBe(first.minOutputAmount)
}, 120_000)
