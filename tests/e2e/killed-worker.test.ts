import { Redis } from 'ioredis'
import { createApi, landedSettlements, query } from '../support/api'
import { startStack, type Stack } from '../support/stack'

let stack: Stack
afterEach(() => stack?.close(), 30_000)

const twenty = Array.from({ length: 20 }, (_, i) => ({
  inputMint: 'SOL',
  outputMint: 'USDC',
  amount: String(200_000_000 + i),
}))

async function everyOrderSettledOnce(orderIds: readonly string[]): Promise<void> {
  const api = createApi(stack)
  const done = await Promise.all(orderIds.map((orderId) => api.finished(orderId)))
  expect(done.map(({ status, failure }) => [status, failure])).toEqual(done.map(() => ['confirmed', null]))
  const { wallet } = await api.get<{ wallet: string }>('/v1/account')
  const landed = await landedSettlements(stack, wallet)
  expect(orderIds.map((orderId) => landed.get(orderId))).toEqual(orderIds.map(() => 1))
  const gaps = await query(
    stack,
    'select order_id from order_events group by order_id having max(seq) <> count(*)',
  )
  expect(gaps).toEqual([])
}

const RECOVERY = {
  WORKER_LOCK_MS: '2000',
  SWEEP_IDLE_MS: '1000',
  SWEEP_INTERVAL_MS: '200',
  ATTEMPT_LEASE_MS: '2000',
}

test('order-worker killed with 20 orders in flight: 20 confirmed, 20 landed transactions', async () => {
  stack = await startStack({
    env: { ...RECOVERY, SIM_CONFIRM_DELAY_MS: '300-600', SIM_QUOTE_DELAY_MS: '50' },
  })
  const orders = await createApi(stack).place(twenty)
  await stack.kill('order-worker')
  await stack.restart('order-worker')
  await everyOrderSettledOnce(orders.map(({ orderId }) => orderId))
}, 120_000)

test('Redis emptied with 20 orders in flight: 20 confirmed, 20 landed transactions', async () => {
  stack = await startStack({
    ownRedis: true,
    env: { ...RECOVERY, SIM_CONFIRM_DELAY_MS: '300-600', SIM_QUOTE_DELAY_MS: '50' },
  })
  const redis = new Redis(stack.urls.redis)
  const orders = await createApi(stack).place(twenty)
  await redis.flushall()
  redis.disconnect()
  await everyOrderSettledOnce(orders.map(({ orderId }) => orderId))
}, 120_000)
