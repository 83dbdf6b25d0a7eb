import { randomUUID } from 'node:crypto'
import { snapshotOf } from '@fillstream/core'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { receiptFor } from '../../tests/support/gateway'
import {
  eventually,
  newAccount,
  newOrder,
  openStore,
  steps,
  submittedAttempt,
} from '../../tests/support/store'
import type { Store } from './store'

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

async function execute(sql: string, ...values: unknown[]): Promise<void> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  await client.query(sql, values)
  await client.end()
}

async function ordersOf(accountId: string, count: number) {
  const orders = Array.from({ length: count }, () => newOrder(accountId))
  await store.orders.insertOrders(orders)
  return orders
}

test('an order is seen by its own account and by the engine, not by another account', async () => {
  const accountId = await newAccount(store)
  const order = newOrder(accountId, { clientOrderId: 'c1' })
  await store.orders.insertOrders([order])
  const stranger = await newAccount(store)
  expect(await store.orders.get(accountId, order.id)).toMatchObject({ id: order.id })
  expect(await store.orders.get(null, order.id)).toMatchObject({ id: order.id })
  expect(await store.orders.get(stranger, order.id)).toBeNull()
  expect(await store.orders.getByClientOrderId(accountId, 'c1')).toMatchObject({ id: order.id })
  expect(await store.orders.getByClientOrderId(stranger, 'c1')).toBeNull()
  expect(await store.orders.routeReceipt(stranger, order.id)).toBeNull()
  expect(await store.orders.routeReceipt(accountId, order.id)).toEqual({ receipt: null, attempt: 1 })
  expect(await store.events.list(stranger, order.id, 0, 10)).toEqual([])
})

test('history comes newest first, page by page, each order once, also among orders of one millisecond', async () => {
  const accountId = await newAccount(store)
  const orders = await ordersOf(accountId, 25)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<Store['orders']['list']>> = await store.orders.list(accountId, {
      limit: 10,
      ...(cursor !== null && { cursor }),
    })
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor !== null)
  expect(seen).toEqual(
    orders
      .map(({ id }) => id)
      .sort()
      .reverse(),
  )
})

test('a page shows the route of an order without the comparison, which the order itself keeps', async () => {
  const accountId = await newAccount(store)
  const [draft] = await ordersOf(accountId, 1)
  if (!draft) throw new Error('no order')
  const route = receiptFor({ ...draft, amount: String(draft.amount) })
  await store.orders.appendEvents([steps(draft, 1, ['pending', 'routing'], { changes: { route } })])
  const { quotes: _quotes, quotedAt: _quotedAt, elapsedMs: _elapsedMs, ...shown } = route
  const { items } = await store.orders.list(accountId, { limit: 1 })
  expect(items.map((item) => item.route)).toEqual([shown])
  const order = await store.orders.get(accountId, draft.id)
  expect(order?.route).toEqual(route)
  expect(order && snapshotOf(order).route).toEqual(shown)
})

test('history is filtered', async () => {
  const accountId = await newAccount(store)
  const [first, second] = await ordersOf(accountId, 2)
  await store.orders.appendEvents([steps(first ?? newOrder(accountId), 1, ['pending', 'cancelled'])])
  const ids = async (filter: object) =>
    (await store.orders.list(accountId, { limit: 10, ...filter })).items.map(({ id }) => id)
  expect(await ids({ status: 'cancelled' })).toEqual([first?.id])
  expect(await ids({ status: 'pending', type: 'market', inputMint: second?.inputMint })).toEqual([second?.id])
  expect(await ids({ outputMint: second?.inputMint })).toEqual([])
})

test.each(['', 'x', 'MTcw', Buffer.from('1.not-an-id').toString('base64url')])(
  'the cursor %j is refused by its name',
  async (cursor) => {
    await expect(store.orders.list(randomUUID(), { limit: 1, cursor })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      context: { errors: [{ path: 'cursor' }] },
    })
  },
)

test('active orders are those that have not ended', async () => {
  const accountId = await newAccount(store)
  const [done, running] = await ordersOf(accountId, 2)
  if (!done || !running) throw new Error('no orders')
  await store.orders.appendEvents([
    steps(done, 1, ['pending', 'failed']),
    steps(running, 1, ['pending', 'routing']),
  ])
  expect((await store.orders.active(accountId, 10)).map(({ id }) => id)).toEqual([running.id])
})

test('past a position are the orders that have gone on from there, and those that have ended', async () => {
  const accountId = await newAccount(store)
  const [done, running, still] = await ordersOf(accountId, 3)
  if (!done || !running || !still) throw new Error('no orders')
  await store.orders.appendEvents([
    steps(done, 1, ['pending', 'failed']),
    steps(running, 1, ['pending', 'routing']),
  ])
  const past = await store.orders.past([
    { orderId: done.id, seq: 2 },
    { orderId: running.id, seq: 1 },
    { orderId: still.id, seq: 1 },
    { orderId: randomUUID(), seq: 0 },
  ])
  expect(past).toEqual(
    new Map([
      [done.id, { lastSeq: 2, status: 'failed' }],
      [running.id, { lastSeq: 2, status: 'routing' }],
    ]),
  )
  const other = await newAccount(store)
  expect(
    await store.accounts.past([
      { accountId, cursor: 4 },
      { accountId: other, cursor: 0 },
      { accountId: randomUUID(), cursor: 0 },
    ]),
  ).toEqual(new Map([[accountId, 5]]))
  expect(await store.accounts.past([{ accountId, cursor: 5 }])).toEqual(new Map())
})

test('events of an account are read behind a cursor', async () => {
  const accountId = await newAccount(store)
  await ordersOf(accountId, 5)
  const news = await store.events.newsOfAccount(accountId, 2, 2)
  expect(news.map(({ cursor }) => cursor)).toEqual([3, 4])
})

test('an event that is not yet committed holds back the later ones: no reader can pass a gap', async () => {
  const accountId = await newAccount(store)
  const [first, second] = await ordersOf(accountId, 2)
  if (!first || !second) throw new Error('no orders')
  const slow = new Client({ connectionString: database.url })
  await slow.connect()
  // A writer that took cursor 3 and has not committed, as a statement of ours is between its lock and its end.
  await slow.query('BEGIN')
  await slow.query('SELECT account_seq FROM accounts WHERE id = $1 FOR NO KEY UPDATE', [accountId])
  await slow.query(
    `INSERT INTO order_events (order_id, seq, account_id, cursor, event_id, status, data)
     VALUES ($1, 2, $2, 3, $3, 'routing', '{}')`,
    [first.id, accountId, randomUUID()],
  )
  await slow.query('UPDATE accounts SET account_seq = 3 WHERE id = $1', [accountId])
  const later = store.orders.appendEvents([steps(second, 1, ['pending', 'routing'])])
  await eventually(async () => {
    const { rows } = await slow.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    expect(rows).toHaveLength(1)
  })
  expect((await store.events.newsOfAccount(accountId, 0, 10)).map(({ cursor }) => cursor)).toEqual([1, 2])
  await slow.query('COMMIT')
  await slow.end()
  await later
  const news = await store.events.newsOfAccount(accountId, 0, 10)
  expect(news.map(({ cursor, orderId }) => [cursor, orderId]).slice(2)).toEqual([
    [3, first.id],
    [4, second.id],
  ])
})

test('work is due when it was left alone, and never while the chain has it or it is done', async () => {
  const accountId = await newAccount(store)
  const [fresh, submitted, done, delayed] = await ordersOf(accountId, 4)
  if (!fresh || !submitted || !done || !delayed) throw new Error('no orders')
  await store.orders.appendEvents([
    steps(submitted, 1, ['pending', 'routing', 'building', 'submitted'], { attempt: submittedAttempt() }),
    steps(done, 1, ['pending', 'failed']),
    steps(delayed, 1, ['pending', 'routing'], { changes: { dueInMs: 60_000 } }),
  ])
  const due = async (idleMs: number) =>
    (await store.work.dueOrders(1_000, idleMs, null)).filter((order) => order.accountId === accountId)
  await eventually(async () => expect(await due(0)).toEqual([{ id: fresh.id, accountId, lastSeq: 1 }]))
  expect(await due(60_000)).toEqual([])
  expect((await store.work.dueOrders(1_000, 0, fresh.id)).map(({ id }) => id)).not.toContain(fresh.id)
})

test('how long an order has stood still is told by the clock of Postgres', async () => {
  const accountId = await newAccount(store)
  const [order] = await ordersOf(accountId, 1)
  if (!order) throw new Error('no order')
  expect(await store.work.idleMs(order.id)).toBeLessThan(60_000)
  await execute(`UPDATE orders SET updated_at = updated_at - interval '2 minutes' WHERE id = $1`, order.id)
  expect(await store.work.idleMs(order.id)).toBeGreaterThanOrEqual(120_000)
  expect(await store.work.idleMs(randomUUID())).toBe(Infinity)
})

test('what happened lately is found, and told with its news from where it is known', async () => {
  const accountId = await newAccount(store)
  const [order] = await ordersOf(accountId, 1)
  if (!order) throw new Error('no order')
  await store.orders.appendEvents([steps(order, 1, ['pending', 'routing'])])
  const during = async (after: Date | null, endedMsAgo = 0) => {
    const { seqs, upTo } = await store.work.recentSeqs({ after, lengthMs: 60_000, endedMsAgo }, 1_000)
    return { seqs: seqs.filter(({ orderId }) => orderId === order.id), upTo }
  }
  const recently = async () => (await during(null)).seqs
  const known = { orderId: order.id, accountId }
  expect(await recently()).toEqual([{ ...known, lastSeq: 2 }])
  // What comes after the end of one stretch is in the next one.
  const before = await during(null, 30_000)
  expect(before.seqs).toEqual([])
  const { seqs, upTo } = await during(before.upTo)
  expect(seqs).toEqual([{ ...known, lastSeq: 2 }])
  expect((await during(upTo)).seqs).toEqual([])
  const [told] = await store.work.newsSince([{ ...known, lastSeq: 0 }])
  expect(told?.order).toMatchObject({ id: order.id, status: 'routing', lastSeq: 2 })
  expect(told?.news.map(({ seq }) => seq)).toEqual([1, 2])
  const [rest] = await store.work.newsSince([{ ...known, lastSeq: 1 }])
  expect(rest?.news.map(({ seq }) => seq)).toEqual([2])
  await execute(`UPDATE order_events SET at = at - interval '2 minutes' WHERE order_id = $1`, order.id)
  expect(await recently()).toEqual([])
})

test('pages of many orders are read together: each from its own place, in the order asked for', async () => {
  const accountId = await newAccount(store)
  const [one, other] = await ordersOf(accountId, 2)
  if (!one || !other) throw new Error('no orders')
  await store.orders.appendEvents([steps(one, 1, ['pending', 'routing', 'building'])])
  const pages = await store.events.newsOfOrders(
    [
      { orderId: other.id, afterSeq: 0 },
      { orderId: randomUUID(), afterSeq: 0 },
      { orderId: one.id, afterSeq: 1 },
      { orderId: one.id, afterSeq: 0 },
    ],
    2,
  )
  expect(pages.map((page) => page.map(({ orderId, seq }) => [orderId, seq]))).toEqual([
    [[other.id, 1]],
    [],
    [
      [one.id, 2],
      [one.id, 3],
    ],
    [
      [one.id, 1],
      [one.id, 2],
    ],
  ])
  const listed = await store.events.list(accountId, one.id, 0, 2)
  expect(pages[3]?.map(({ seq, status, at }) => ({ seq, status, at }))).toEqual(
    listed.map(({ seq, status, at }) => ({ seq, status, at })),
  )
})
