import { createApi, landedSettlements, query } from '../support/api'
import { startStack, type Stack } from '../support/stack'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({
    env: {
      WORKER_CONCURRENCY: '2',
      SIM_QUOTE_DELAY_MS: '50',
      SWEEP_IDLE_MS: '1000',
      SWEEP_INTERVAL_MS: '200',
    },
  })
}, 120_000)
afterAll(() => stack?.close(), 30_000)

const orders = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    inputMint: 'SOL',
    outputMint: 'USDC',
    amount: String(20_000_000 + i),
  }))

async function setTrading(change: object): Promise<void> {
  const response = await fetch(`${stack.urls.gateway}/v1/admin/trading`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(change),
  })
  expect(response.status).toBe(200)
}

async function until(passes: () => Promise<boolean>): Promise<void> {
  while (!(await passes())) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function workerSays(halted: 0 | 1): Promise<boolean> {
  const text = await (await fetch(`${stack.urls['order-worker']}/metrics`)).text()
  return new RegExp(`^fillstream_trading_halted\\{[^}]*\\} ${halted}$`, 'm').test(text)
}

const count = async (sql: string, values: unknown[] = []): Promise<number> =>
  Number((await query<{ n: string }>(stack, `select count(*) as n from ${sql}`, values))[0]?.n)

/** After 1 s nobody may believe the state from before; after 4 s jobs and sweeper would have brought every order to its end. */
const haltedFor = (seconds: number) =>
  until(async () => {
    const since = `trading_state where halted and since < now() - interval '${seconds} seconds'`
    return (await count(since)) === 1
  })

async function everyOneConfirmed(orderIds: readonly string[]): Promise<void> {
  const api = createApi(stack)
  const done = await Promise.all(orderIds.map((orderId) => api.finished(orderId)))
  expect(done.map(({ status, attempts }) => [status, attempts.length])).toEqual(
    done.map(() => ['confirmed', 1]),
  )
  const { wallet } = await api.get<{ wallet: string }>('/v1/account')
  const landed = await landedSettlements(stack, wallet)
  expect(orderIds.map((orderId) => landed.get(orderId))).toEqual(orderIds.map(() => 1))
}

test('halt under orders: what is signed is settled, the others wait and are settled after the resume', async () => {
  const api = createApi(stack)
  const placed = await api.place(orders(40))
  await setTrading({ halted: true, reason: 'a drill' })
  expect(await api.post('/v1/orders', orders(1)[0])).toMatchObject({
    status: 503,
    body: { code: 'TRADING_HALTED', detail: 'trading is halted: a drill' },
  })
  await until(() => workerSays(1))
  // Neither what was at work when the halt came, nor a worker that starts anew, gets past it.
  await stack.restart('order-worker')
  await until(() => workerSays(1))
  const signed = await count('attempts')
  await until(async () => (await count(`attempts where status = 'submitted'`)) === 0)
  expect(signed).toBeLessThan(40)
  await haltedFor(4)
  expect(await count('attempts')).toBe(signed)
  expect(await count('orders where ended_at is null')).toBe(40 - signed)
  expect(await count('orders')).toBe(40)

  const [cancelled] = await query<{ id: string }>(
    stack,
    'select id from orders where ended_at is null limit 1',
  )
  const answer = await fetch(`${stack.urls.gateway}/v1/orders/${cancelled?.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${stack.apiKey}` },
  })
  expect(answer.status).toBe(200)

  await setTrading({ halted: false })
  await everyOneConfirmed(placed.map(({ orderId }) => orderId).filter((id) => id !== cancelled?.id))
}, 120_000)

test('a worker that stood still over the halt signs nothing when it goes on', async () => {
  const api = createApi(stack)
  const before = await count('attempts')
  await stack.kill('order-worker', 'SIGSTOP')
  const placed = await api.place(orders(10))
  await setTrading({ halted: true })
  await haltedFor(1)
  await stack.kill('order-worker', 'SIGCONT')
  await until(() => workerSays(1))
  await haltedFor(4)
  const ids = placed.map(({ orderId }) => orderId)
  const events = await query(stack, 'select 1 from order_events where order_id = any($1)', [ids])
  expect(events).toHaveLength(10)
  expect(await count('attempts')).toBe(before)
  await setTrading({ halted: false })
  await everyOneConfirmed(ids)
}, 120_000)
