import { type EventMessage, type OrderView } from '@fillstream/types'
import { createApi, openStream, query, rpc, type Api } from '../support/api'
import { startStack, type Stack } from '../support/stack'

const STATUSES = ['pending', 'routing', 'building', 'submitted', 'confirmed']
const SOL = 'So11111111111111111111111111111111111111112'
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'

let stack: Stack
let api: Api
beforeAll(async () => {
  // Slots long enough that a transaction outlives a machine that is busy with other tests.
  stack = await startStack({ env: { SIM_SLOT_MS: '100' } })
  api = createApi(stack)
}, 120_000)
afterAll(() => stack?.close(), 30_000)

const told = (events: EventMessage[]) => events.map(({ seq, data }) => [seq, data.status])
const sequence = STATUSES.map((status, i) => [i + 1, status])

test('50 orders at once: each confirmed once, and the same story in the history, live and after the end', async () => {
  const live = await openStream(stack)
  live.send({ type: 'subscribe', channel: 'orders' })
  await live.until(({ type }) => type === 'replayComplete')
  const before = await api.balances()

  const orders = await api.place(
    Array.from({ length: 50 }, (_, i) => ({
      inputMint: 'SOL',
      outputMint: 'USDC',
      amount: String(100_000_000 + i),
    })),
  )
  expect(orders.every(({ status, lastSeq }) => status === 'pending' && lastSeq === 1)).toBe(true)
  const finished = await Promise.all(orders.map(({ orderId }) => api.finished(orderId)))
  expect(finished.map(({ status, failure }) => [status, failure])).toEqual(
    finished.map(() => ['confirmed', null]),
  )

  for (const { orderId } of orders) {
    await live.until(
      (m) => m.type === 'event' && 'orderId' in m && m.orderId === orderId && m.data.status === 'confirmed',
    )
    expect(told(live.events(orderId))).toEqual(sequence)
    expect((await api.events(orderId)).map(({ seq, status }) => [seq, status])).toEqual(sequence)
  }
  const rows = await query<{ order_id: string; seq: number; status: string }>(
    stack,
    'select order_id, seq, status from order_events order by order_id, seq',
  )
  expect(rows).toHaveLength(250)

  const late = await openStream(stack)
  for (const { orderId } of orders) late.send({ type: 'subscribe', channel: 'order', id: orderId })
  for (const { orderId } of orders) {
    await late.until((m) => m.type === 'replayComplete' && m.id === orderId)
    expect(told(late.events(orderId))).toEqual(sequence)
  }

  const hashes = finished.map(({ txHash }) => txHash as string)
  expect(new Set(hashes).size).toBe(50)
  const { value } = await rpc<{ value: ({ err: unknown } | null)[] }>(stack, 'getSignatureStatuses', [
    hashes,
    { searchTransactionHistory: true },
  ])
  expect(value.every((status) => status !== null && status.err === null)).toBe(true)

  const after = await api.balances()
  const sum = (read: (order: OrderView) => bigint) =>
    finished.reduce((total, order) => total + read(order), 0n)
  const fees = sum((order) =>
    order.fees.reduce((total, { mint, amount }) => (mint === SOL ? total + BigInt(amount) : total), 0n),
  )
  const moved = (mint: string) => (after.get(mint) ?? 0n) - (before.get(mint) ?? 0n)
  expect(moved(SOL)).toBe(-sum(({ inputUsed }) => BigInt(inputUsed ?? 0)) - fees)
  expect(moved(USDC)).toBe(sum(({ outputAmount }) => BigInt(outputAmount ?? 0)))
  for (const order of finished)
    expect(BigInt(order.outputAmount ?? 0) >= BigInt(order.minOutputAmount ?? 0)).toBe(true)
  await Promise.all([live.close(), late.close()])
}, 120_000)

test('an exact output: the wallet pays at most its bound and gets exactly the amount', async () => {
  const [order] = await api.place([
    { inputMint: 'USDC', outputMint: 'JUP', swapMode: 'ExactOut', amount: '250000000' },
  ])
  const done = await api.finished(order?.orderId as string)
  expect(done).toMatchObject({ status: 'confirmed', outputAmount: '250000000' })
  expect(BigInt(done.inputUsed ?? 0) <= BigInt(done.maxInputAmount ?? 0)).toBe(true)
}, 60_000)

test('the route receipt shows every venue and why one won', async () => {
  const [order] = await api.place([{ inputMint: 'SOL', outputMint: 'USDC', amount: '1000000000' }])
  await api.finished(order?.orderId as string)
  const receipt = await api.get<{ quotes: { venue: string; outcome: string; reason: string }[] }>(
    `/v1/orders/${order?.orderId}/route`,
  )
  expect(receipt.quotes.map(({ venue }) => venue).sort()).toEqual(['meteora-sim', 'orca-sim', 'raydium-sim'])
  expect(receipt.quotes.filter(({ outcome }) => outcome === 'won')).toHaveLength(1)
  expect(receipt.quotes.every(({ reason }) => reason.length > 0)).toBe(true)
}, 60_000)

test('an order that the wallet cannot pay for ends at once with its reason, and nothing is signed', async () => {
  const [order] = await api.place([{ inputMint: 'SOL', outputMint: 'USDC', amount: '900000000000000' }])
  const done = await api.finished(order?.orderId as string)
  expect(done).toMatchObject({
    status: 'failed',
    failure: { code: expect.stringMatching(/INSUFFICIENT_FUNDS|PRICE_IMPACT_TOO_HIGH/) },
    txHash: null,
  })
  expect(done.attempts.every(({ txHash }) => txHash === null)).toBe(true)
}, 60_000)
