import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import {
  eventually,
  newAccount,
  newOrder,
  openStore,
  steps,
  submittedAttempt,
} from '../../tests/support/store'
import type { AppendResult, InsertResult, NewOrder, Order, OrderAppend } from './orders'
import type { Store } from './store'

let database: TestDatabase
let store: Store
let client: Client
let accountId: string

beforeEach(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  client = new Client({ connectionString: database.url })
  await client.connect()
  accountId = await newAccount(store)
})
afterEach(async () => {
  await Promise.all([store.close(), client.end()])
  await database.drop()
})

const LIMIT: Partial<NewOrder> = {
  type: 'limit',
  timeInForce: 'GTD',
  limitPrice: '150',
  priceUnit: 'outputPerInput',
  threshold: 150_000_000n,
  minOutputAmount: 150_000_000n,
}

async function created(fields: Partial<NewOrder> = LIMIT) {
  const [result] = await store.orders.insertOrders([newOrder(accountId, fields)])
  expect(result).toMatchObject({ outcome: 'created' })
  return (result as Extract<InsertResult, { outcome: 'created' }>).order
}

async function append(step: OrderAppend): Promise<AppendResult> {
  const [result] = await store.orders.appendEvents([step])
  if (result instanceof Error || result === undefined) throw result ?? new Error('no result')
  return result
}

async function opened(fields: Partial<NewOrder> = LIMIT) {
  const result = await append(steps(await created(fields), 1, ['pending', 'open']))
  return (result as Extract<AppendResult, { outcome: 'appended' }>).order
}

const everything = () => store.triggers.page({ limit: 100 })
const overdue = (orderId: string) =>
  client.query(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1`, [orderId])

test('an order keeps the terms of its type, and a GTD order without a time gets seven days by the clock of Postgres', async () => {
  const sniper = {
    minLiquidity: '5',
    maxOpenDelayMs: 1,
    maxPrice: '0.001',
    safety: {
      requireMintRenounced: true,
      requireFreezeRenounced: false,
      maxCreatorShareBps: 1,
      maxRoundTripLossBps: 2,
    },
  }
  const limit = await created()
  expect(limit).toMatchObject(LIMIT)
  expect((limit.expiresAt?.getTime() ?? 0) - limit.createdAt.getTime()).toBe(7 * 24 * 3_600_000)
  expect(await created({ ...LIMIT, timeInForce: 'GTC' })).toMatchObject({ expiresAt: null })
  const other = await created({ type: 'sniper', timeInForce: 'GTC', sniper, trailingBps: 7 })
  expect(other).toMatchObject({ sniper, trailingBps: 7, limitPrice: null, threshold: null })
  expect(await store.orders.get(accountId, other.id)).toEqual(other)
})

test('an order whose time is over is refused, but not the repeat of one that was accepted in time', async () => {
  const past = new Date('2020-01-01T00:00:00.000Z')
  const twin = { ...LIMIT, idempotencyKey: 'key', bodyHash: 'same' }
  const first = await created({ ...twin, expiresAt: new Date('2100-01-01T00:00:00.000Z') })
  const results = await store.orders.insertOrders([
    newOrder(accountId, { ...LIMIT, expiresAt: past }),
    newOrder(accountId, { ...twin, expiresAt: past }),
    newOrder(accountId, LIMIT),
  ])
  expect(results).toMatchObject([
    { code: 'VALIDATION_FAILED', context: { errors: [{ path: 'expiresAt' }] } },
    { outcome: 'existing', order: { id: first.id } },
    { outcome: 'created' },
  ])
})

test('there is a trigger exactly while an order is open, whatever ends that', async () => {
  const ends = ['routing', 'cancelled', 'failed'] as const
  for (const end of ends) {
    const order = await opened()
    expect(await everything()).toEqual([
      {
        orderId: order.id,
        accountId,
        lastSeq: 2,
        kind: 'limit',
        inputMint: order.inputMint,
        outputMint: order.outputMint,
        swapMode: 'ExactIn',
        amount: 1_000_000_000n,
        sizeClass: 9,
        threshold: 150_000_000n,
        trailingBps: null,
        highWater: null,
        openedAt: order.updatedAt,
        expiresAt: order.expiresAt,
      },
    ])
    await append(steps(order, 2, ['open', end]))
    expect(await everything()).toEqual([])
  }
})

test('a step that loses leaves the trigger as it is, and an order may open again', async () => {
  const order = await opened()
  expect(await append(steps(order, 1, ['open', 'cancelled']))).toEqual({ outcome: 'conflict' })
  expect(await everything()).toHaveLength(1)
  await append(steps(order, 2, ['open', 'routing']))
  await append(steps(order, 3, ['routing', 'open']))
  expect(await everything()).toMatchObject([{ orderId: order.id, lastSeq: 4 }])
})

test('of a cancel and a trigger that race for an order one wins', async () => {
  const orders = Array.from({ length: 200 }, () => newOrder(accountId, LIMIT))
  await store.orders.insertOrders(orders)
  await store.orders.appendEvents(orders.map((order) => steps(order, 1, ['pending', 'open'])))
  const other = openStore(database.url)
  try {
    const [fired, cancelled] = await Promise.all([
      store.orders.appendEvents(orders.map((order) => steps(order, 2, ['open', 'routing']))),
      other.orders.appendEvents(orders.toReversed().map((order) => steps(order, 2, ['open', 'cancelled']))),
    ])
    const won = (results: readonly (AppendResult | Error)[]) =>
      results.map((result) => !(result instanceof Error) && result.outcome === 'appended')
    const cancels = won(cancelled).toReversed()
    expect(won(fired).map((hit, i) => [hit, cancels[i]].filter(Boolean).length)).toEqual(orders.map(() => 1))
    expect(await everything()).toEqual([])
  } finally {
    await other.close()
  }
})

test('orders that rest are no work, those that left are', async () => {
  const order = await opened()
  await created({})
  const due = () =>
    eventually(async () => {
      const found = await store.work.dueOrders(10, 0, null)
      expect(found).not.toHaveLength(0)
      return found.map(({ id }) => id)
    })
  expect(await due()).not.toContain(order.id)
  await append(steps(order, 2, ['open', 'routing']))
  expect(await due()).toContain(order.id)
})

test('expiry is by the clock of Postgres: not before the time, from every status before submitted, and no submission after it', async () => {
  const path = ['pending', 'open', 'routing', 'building', 'submitted'] as const
  const orders = await Promise.all(path.map(() => created()))
  for (const [i, order] of orders.entries()) {
    const way = path.slice(0, i + 1) as ['pending', ...(typeof path)[number][]]
    if (i > 0)
      await append(steps(order, 1, way, way.at(-1) === 'submitted' ? { attempt: submittedAttempt() } : {}))
  }
  expect(await store.work.expiredOrders(10)).toEqual([])
  const [pending] = orders
  expect(await append(steps(pending as Order, 1, ['pending', 'expired']))).toEqual({ outcome: 'conflict' })

  for (const order of orders) await overdue(order.id)
  const found = await store.work.expiredOrders(10)
  expect(found.map(({ status, lastSeq }) => [status, lastSeq]).sort()).toEqual([
    ['building', 4],
    ['open', 2],
    ['pending', 1],
    ['routing', 3],
  ])
  const building = orders[3] as Order
  expect(
    await append(steps(building, 4, ['building', 'submitted'], { attempt: submittedAttempt() })),
  ).toEqual({ outcome: 'conflict' })
  const results = await store.orders.appendEvents(
    found.map(({ id, lastSeq, status }) => steps({ id, accountId }, lastSeq, [status, 'expired'])),
  )
  expect(results).toMatchObject(found.map(() => ({ outcome: 'appended', order: { status: 'expired' } })))
  expect(await store.work.expiredOrders(10)).toEqual([])
  expect(await everything()).toEqual([])
})

test('pages, pairs and snipers: each reader finds its own', async () => {
  const mine = [await opened(), await opened()].map(({ id }) => id).sort()
  const back = await opened({ ...LIMIT, inputMint: 'B', outputMint: 'A' })
  const sniper = await opened({ type: 'sniper', timeInForce: 'GTC', inputMint: 'A', outputMint: 'NEW' })
  const [sol, usdc] = [newOrder(accountId).inputMint, newOrder(accountId).outputMint]
  const pairs = await store.triggers.pairs()
  expect(pairs).toHaveLength(2)
  expect(pairs).toEqual(
    expect.arrayContaining([
      { inputMint: sol, outputMint: usdc },
      { inputMint: 'B', outputMint: 'A' },
    ]),
  )
  const pair = { inputMint: sol, outputMint: usdc }
  const [first] = await store.triggers.page({ pair, limit: 1 })
  const rest = await store.triggers.page({ pair, limit: 10, afterOrderId: first?.orderId as string })
  expect([first, ...rest].map((trigger) => trigger?.orderId)).toEqual(mine)
  expect(await everything()).toHaveLength(4)
  expect((await store.triggers.snipersFor('NEW', 10)).map(({ orderId }) => orderId)).toEqual([sniper.id])
  expect(await store.triggers.snipersFor('A', 10)).toEqual([])
  expect((await store.triggers.byOrderIds([back.id, sniper.id])).map(({ kind }) => kind).sort()).toEqual([
    'limit',
    'sniper',
  ])
})

test('what opened lately is read page by page, once each', async () => {
  const orders = await Promise.all(Array.from({ length: 25 }, () => opened()))
  const old = await opened()
  await client.query(`UPDATE triggers SET opened_at = now() - interval '1 hour' WHERE order_id = $1`, [
    old.id,
  ])
  const seen: string[] = []
  for (let after; ;) {
    const page = await store.triggers.openedSince(60_000, 10, after)
    seen.push(...page.map(({ orderId }) => orderId))
    after = page.at(-1)
    if (!after) break
  }
  expect(seen.toSorted()).toEqual(orders.map(({ id }) => id).sort())
})

test('the best price seen only rises', async () => {
  const order = await opened({ type: 'trailingStop', trailingBps: 100, timeInForce: 'GTC' })
  const raise = async (highWater: bigint) => {
    await store.triggers.raiseHighWater([{ orderId: order.id, highWater }])
    return (await store.triggers.byOrderIds([order.id]))[0]?.highWater
  }
  const most = 10n ** 39n
  expect(await raise(5n)).toBe(5n)
  expect(await raise(4n)).toBe(5n)
  expect(await raise(most)).toBe(most)
})
