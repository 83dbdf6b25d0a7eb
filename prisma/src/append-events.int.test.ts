import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { newAccount, newOrder, openStore, steps, submittedAttempt } from '../../tests/support/store'
import type { AppendResult, InsertResult, OrderAppend } from './orders'
import type { Store } from './store'

let database: TestDatabase
let store: Store
let other: Store
let client: Client

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  other = openStore(database.url)
  client = new Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await Promise.all([store.close(), other.close(), client.end()])
  await database.drop()
})

async function created(accountId?: string) {
  const order = newOrder(accountId ?? (await newAccount(store)))
  const [result] = await store.orders.insertOrders([order])
  expect(result).toMatchObject({ outcome: 'created' })
  return (result as Extract<InsertResult, { outcome: 'created' }>).order
}

async function append(step: OrderAppend, by: Store = store): Promise<AppendResult> {
  const [result] = await by.orders.appendEvents([step])
  if (result instanceof Error || result === undefined) throw result ?? new Error('no result')
  return result
}

test('an append numbers its events, moves the order and tells the news', async () => {
  const order = await created()
  const step = steps(order, 1, ['pending', 'routing', 'building'], {
    changes: { minOutputAmount: 18_446_744_073_709_551_615n },
  })
  const result = await append(step)
  expect(result).toMatchObject({
    outcome: 'appended',
    order: { status: 'building', lastSeq: 3, minOutputAmount: 18_446_744_073_709_551_615n, attempts: [] },
    news: [
      { seq: 2, cursor: 2, status: 'routing', accountId: order.accountId },
      { seq: 3, cursor: 3, status: 'building' },
    ],
  })
  const stored = await store.orders.get(order.accountId, order.id)
  expect(stored).toEqual((result as Extract<AppendResult, { outcome: 'appended' }>).order)
  const [events = []] = await store.events.newsOfOrders([{ orderId: order.id, afterSeq: 1 }], 10)
  expect(events).toEqual((result as Extract<AppendResult, { outcome: 'appended' }>).news)
  expect(await store.accounts.cursor(order.accountId)).toBe(3)
})

test('of two writers who read the same state one wins, the other conflicts and leaves no trace', async () => {
  const order = await created()
  const results = await Promise.all([
    append(steps(order, 1, ['pending', 'routing'])),
    append(steps(order, 1, ['pending', 'cancelled']), other),
  ])
  expect(results.map(({ outcome }) => outcome).sort()).toEqual(['appended', 'conflict'])
  const events = await store.events.list(order.accountId, order.id, 0, 10)
  expect(events.map(({ seq }) => seq)).toEqual([1, 2])
  expect((await store.orders.get(null, order.id))?.status).toBe(events[1]?.status)
})

test('several appends of one order in one call are applied in order', async () => {
  const order = await created()
  const results = await store.orders.appendEvents([
    steps(order, 1, ['pending', 'routing']),
    steps(order, 2, ['routing', 'building']),
    steps(order, 2, ['routing', 'failed']),
    steps(order, 3, ['building', 'routing']),
  ])
  expect(results.map((result) => (result as AppendResult).outcome)).toEqual([
    'appended',
    'appended',
    'conflict',
    'appended',
  ])
  expect(await store.orders.get(null, order.id)).toMatchObject({ status: 'routing', lastSeq: 4 })
})

test('an append that was applied before its answer came is recognised by its event ids', async () => {
  const order = await created()
  const step = steps(order, 1, ['pending', 'routing'])
  const first = await append(step)
  await append(steps(order, 2, ['routing', 'building']), other)
  const again = await append(step)
  expect(again).toMatchObject({ outcome: 'appended', order: { status: 'building', lastSeq: 3 } })
  expect((again as typeof first & { news: unknown }).news).toEqual(
    (first as typeof first & { news: unknown }).news,
  )
  expect(await append(steps(order, 1, ['pending', 'routing']))).toEqual({ outcome: 'conflict' })
})

test('a step that the status machine forbids is refused alone', async () => {
  const [order, neighbour] = [await created(), await created()]
  const [bad, good] = await store.orders.appendEvents([
    steps(order, 1, ['pending', 'confirmed']),
    steps(neighbour, 1, ['pending', 'routing']),
  ])
  expect(bad).toBeInstanceOf(Error)
  expect(good).toMatchObject({ outcome: 'appended' })
})

test('one row that Postgres refuses fails alone', async () => {
  const orders = await Promise.all(Array.from({ length: 9 }, () => created()))
  const appends = orders.map((order, i) =>
    steps(order, 1, ['pending', 'routing'], i === 4 ? { changes: { minOutputAmount: 10n ** 20n } } : {}),
  )
  const results = await store.orders.appendEvents(appends)
  expect(results.map((result) => (result instanceof Error ? 'error' : result.outcome))).toEqual(
    orders.map((_, i) => (i === 4 ? 'error' : 'appended')),
  )
  expect(await store.orders.get(null, orders[4]?.id ?? '')).toMatchObject({ status: 'pending', lastSeq: 1 })
})

test('the signed attempt and the event submitted are one step, the outcome and confirmed another', async () => {
  const order = await created()
  const attempt = submittedAttempt()
  await append(steps(order, 1, ['pending', 'routing', 'building']))
  const submitted = await append(
    steps(order, 3, ['building', 'submitted'], { attempt, changes: { txHash: attempt.signature } }),
  )
  expect(submitted).toMatchObject({
    outcome: 'appended',
    order: {
      attempts: [{ attempt: 1, status: 'submitted', signature: attempt.signature, resolvedAt: null }],
    },
  })
  expect((await store.attempts.ofOrder(order.id))[0]?.signedTransaction).toEqual(
    new Uint8Array(attempt.signedTransaction),
  )
  const fill = {
    attempt: 1,
    signature: attempt.signature,
    slot: 77,
    inputMint: order.inputMint,
    outputMint: order.outputMint,
    inputAmount: 1_000_000_000n,
    outputAmount: 150_000_000n,
    price: '150',
    fees: [],
  }
  const confirmed = await append(
    steps(order, 4, ['submitted', 'confirmed'], {
      attempt: { kind: 'resolve', attempt: 1, status: 'confirmed', slot: 77, code: null, message: null },
      changes: { inputUsed: 1_000_000_000n, outputAmount: 150_000_000n, executedPrice: '150' },
      fill,
    }),
  )
  expect(confirmed).toMatchObject({
    order: {
      status: 'confirmed',
      outputAmount: 150_000_000n,
      attempts: [{ status: 'confirmed', slot: 77, resolvedAt: expect.any(Date) as Date }],
    },
  })
})

test('an attempt with a number that is taken is a conflict, whoever recorded it', async () => {
  const order = await created()
  await append(steps(order, 1, ['pending', 'routing']))
  const failure = { kind: 'fail', attempt: 1, code: 'VENUE_TIMEOUT', message: 'no answer' } as const
  const recorded = await append(steps(order, 2, ['routing'], { attempt: failure }))
  expect(recorded).toMatchObject({
    outcome: 'appended',
    news: [],
    order: {
      status: 'routing',
      lastSeq: 2,
      attempts: [{ attempt: 1, status: 'failed', code: 'VENUE_TIMEOUT' }],
    },
  })
  expect(await append(steps(order, 2, ['routing'], { attempt: failure }), other)).toEqual({
    outcome: 'conflict',
  })
  expect(
    await append(steps(order, 2, ['routing', 'building', 'submitted'], { attempt: submittedAttempt(1) })),
  ).toEqual({ outcome: 'conflict' })
  expect(
    await append(steps(order, 2, ['routing', 'building', 'submitted'], { attempt: submittedAttempt(2) })),
  ).toMatchObject({ outcome: 'appended', order: { attempts: [{ attempt: 1 }, { attempt: 2 }] } })
})

test('what Postgres cannot hold in a text is replaced, so that no message can hold up an order', async () => {
  const order = await created()
  const failure = { code: 'TX_FAILED', message: 'log: \u0000 \ud800 \\u0000 é', retryable: false } as const
  const result = await append(steps(order, 1, ['pending', 'failed'], { changes: { failure } }))
  expect(result).toMatchObject({ order: { failure: { message: 'log: \ufffd \ufffd \\u0000 é' } } })
})

test('changes set to null are cleared, absent ones are kept', async () => {
  const order = await created()
  const failure = { code: 'TX_FAILED', message: 'no', retryable: false } as const
  await append(
    steps(order, 1, ['pending', 'routing'], { changes: { failure, txHash: 'x', minOutputAmount: 5n } }),
  )
  const result = await append(
    steps(order, 2, ['routing', 'building'], { changes: { failure: null, txHash: null } }),
  )
  expect(result).toMatchObject({ order: { failure: null, txHash: null, minOutputAmount: 5n } })
})

test('50 writers on two stores, all accounts mixed: no deadlock, and cursors are dense and in order', async () => {
  const accounts = await Promise.all([newAccount(store), newAccount(store), newAccount(store)])
  const inserted = await store.orders.insertOrders(
    Array.from({ length: 150 }, (_, i) => newOrder(accounts[i % 3] ?? '')),
  )
  const orders = inserted.map((result) => (result as Extract<InsertResult, { outcome: 'created' }>).order)
  const writer = async (n: number) => {
    const by = n % 2 === 0 ? store : other
    // Each writer takes its orders in another sequence, several to a statement.
    const own = orders.filter((_, i) => i % 50 === n).sort(() => (n % 3) - 1)
    for (let seq = 1; seq <= 9; seq += 2) {
      const path =
        seq === 1
          ? (['pending', 'routing', 'building'] as const)
          : (['building', 'routing', 'building'] as const)
      const results = await by.orders.appendEvents(own.map((order) => steps(order, seq, path)))
      expect(results.map((result) => (result as AppendResult).outcome)).toEqual(own.map(() => 'appended'))
      await by.orders.insertOrders(own.map(({ accountId }) => newOrder(accountId)))
    }
  }
  await Promise.all(Array.from({ length: 50 }, (_, n) => writer(n)))
  const { rows } = await client.query(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  )
  expect(rows).toEqual([{ deadlocks: 0 }])
  for (const account of accounts) {
    const news = await store.events.newsOfAccount(account, 0, 10_000)
    expect(news.map(({ cursor }) => cursor)).toEqual(news.map((_, i) => i + 1))
    expect(news).toHaveLength(50 + 50 * 10 + 250)
    expect(await store.accounts.cursor(account)).toBe(news.length)
    for (const order of orders.filter(({ accountId }) => accountId === account))
      expect(news.filter(({ orderId }) => orderId === order.id).map(({ seq }) => seq)).toEqual(
        Array.from({ length: 11 }, (_, i) => i + 1),
      )
  }
}, 60_000)

test('an unknown order is a conflict', async () => {
  const ghost = { id: randomUUID(), accountId: randomUUID() }
  expect(await append(steps(ghost, 1, ['pending', 'routing']))).toEqual({ outcome: 'conflict' })
})
