import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { newAccount, newOrder, openStore, steps } from '../../tests/support/store'
import type { InsertResult } from './orders'
import type { Store } from './store'

let database: TestDatabase
let store: Store
let other: Store

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  other = openStore(database.url)
})
afterAll(async () => {
  await Promise.all([store.close(), other.close()])
  await database.drop()
})

async function execute(sql: string, values: unknown[]): Promise<void> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  await client.query(sql, values)
  await client.end()
}

const outcomes = (results: readonly (InsertResult | Error)[]) =>
  results.map((result) => (result instanceof Error ? 'error' : result.outcome))
const orderIds = (results: readonly (InsertResult | Error)[]) =>
  results.map((result) => (result instanceof Error ? null : result.order.id))

test('a new order is pending, with its first event, as it was asked for', async () => {
  const accountId = await newAccount(store)
  const asked = newOrder(accountId, {
    amount: 18_446_744_073_709_551_615n,
    clientOrderId: 'mine',
    expiresAt: new Date('2030-01-02T03:04:05.678Z'),
  })
  const [result] = await store.orders.insertOrders([asked])
  const { eventId: _eventId, bodyHash: _bodyHash, idempotencyKey: _key, ...fields } = asked
  expect(result).toMatchObject({
    outcome: 'created',
    order: { ...fields, status: 'pending', lastSeq: 1, attempts: [], route: null, fees: [], failure: null },
    news: [{ orderId: asked.id, accountId, seq: 1, cursor: 1, status: 'pending', phase: null, data: {} }],
  })
  const created = result as Extract<InsertResult, { outcome: 'created' }>
  expect(created.news[0]?.at).toBe(created.order.createdAt.toISOString())
  expect(await store.orders.get(accountId, asked.id)).toEqual(created.order)
  expect(await store.orders.lookupNewOrder(asked.id)).toEqual({ order: created.order, news: created.news })
  expect(await store.orders.lookupNewOrder(randomUUID())).toBeNull()
})

test('100 twins with one idempotency key, over two stores and in shared statements, make one order', async () => {
  const accountId = await newAccount(store)
  const twins = Array.from({ length: 100 }, () =>
    newOrder(accountId, { idempotencyKey: 'key', bodyHash: 'same' }),
  )
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      (i % 2 === 0 ? store : other).orders.insertOrders(twins.slice(i * 5, i * 5 + 5)),
    ),
  )
  const results = answers.flat()
  expect(outcomes(results).filter((outcome) => outcome === 'created')).toHaveLength(1)
  expect(outcomes(results).filter((outcome) => outcome === 'existing')).toHaveLength(99)
  expect(new Set(orderIds(results)).size).toBe(1)
  expect(results.find((result) => 'by' in result)).toMatchObject({ by: 'idempotencyKey', bodyHash: 'same' })
  expect(await store.accounts.cursor(accountId)).toBe(1)
})

test('a clientOrderId names one order of an account, and another one of another account', async () => {
  const [mine, theirs] = [await newAccount(store), await newAccount(store)]
  const results = await store.orders.insertOrders([
    newOrder(mine, { clientOrderId: 'a', bodyHash: 'first' }),
    newOrder(mine, { clientOrderId: 'a', bodyHash: 'second' }),
    newOrder(theirs, { clientOrderId: 'a' }),
    newOrder(mine, { clientOrderId: 'b' }),
  ])
  expect(outcomes(results)).toEqual(['created', 'existing', 'created', 'created'])
  expect(results[1]).toMatchObject({
    by: 'clientOrderId',
    bodyHash: 'first',
    order: { id: orderIds(results)[0] },
  })
})

test('the idempotency key answers before the clientOrderId', async () => {
  const accountId = await newAccount(store)
  const [first] = await store.orders.insertOrders([newOrder(accountId, { idempotencyKey: 'k' })])
  await store.orders.insertOrders([newOrder(accountId, { clientOrderId: 'c' })])
  const [result] = await store.orders.insertOrders([
    newOrder(accountId, { idempotencyKey: 'k', clientOrderId: 'c' }),
  ])
  expect(result).toMatchObject({ by: 'idempotencyKey', order: { id: orderIds([first as InsertResult])[0] } })
})

test('an existing order comes as it now stands', async () => {
  const accountId = await newAccount(store)
  const order = newOrder(accountId, { idempotencyKey: 'k' })
  await store.orders.insertOrders([order])
  await store.orders.appendEvents([steps(order, 1, ['pending', 'routing'])])
  const [result] = await store.orders.insertOrders([newOrder(accountId, { idempotencyKey: 'k' })])
  expect(result).toMatchObject({
    outcome: 'existing',
    order: { id: order.id, status: 'routing', lastSeq: 2 },
  })
})

test('a key lapses after 24 hours: the next order with it is new, and only one', async () => {
  const accountId = await newAccount(store)
  const old = newOrder(accountId, { idempotencyKey: 'k' })
  await store.orders.insertOrders([old])
  await execute(`UPDATE orders SET created_at = now() - interval '24 hours 1 second' WHERE id = $1`, [old.id])
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      (i % 2 === 0 ? store : other).orders.insertOrders([newOrder(accountId, { idempotencyKey: 'k' })]),
    ),
  )
  const results = answers.flat()
  expect(outcomes(results).filter((outcome) => outcome === 'created')).toHaveLength(1)
  expect(new Set(orderIds(results)).size).toBe(1)
  expect(orderIds(results)[0]).not.toBe(old.id)
  expect(await store.orders.get(accountId, old.id)).not.toBeNull()
})

test('a lapsed key does not free the clientOrderId', async () => {
  const accountId = await newAccount(store)
  const old = newOrder(accountId, { idempotencyKey: 'k', clientOrderId: 'c' })
  await store.orders.insertOrders([old])
  await execute(`UPDATE orders SET created_at = now() - interval '25 hours' WHERE id = $1`, [old.id])
  const [result] = await store.orders.insertOrders([
    newOrder(accountId, { idempotencyKey: 'k', clientOrderId: 'c' }),
  ])
  expect(result).toMatchObject({ outcome: 'existing', by: 'clientOrderId', order: { id: old.id } })
})

test('whom an order would run into can be asked without inserting it', async () => {
  const accountId = await newAccount(store)
  const [byKey, byId] = [
    newOrder(accountId, { idempotencyKey: 'k' }),
    newOrder(accountId, { clientOrderId: 'c' }),
  ]
  await store.orders.insertOrders([byKey, byId])
  const look = (fields: object) => store.orders.lookupExisting(newOrder(accountId, fields))
  expect(await look({ idempotencyKey: 'k', clientOrderId: 'c' })).toMatchObject({
    outcome: 'existing',
    by: 'idempotencyKey',
    order: { id: byKey.id },
  })
  expect(await look({ idempotencyKey: 'new', clientOrderId: 'c' })).toMatchObject({
    by: 'clientOrderId',
    order: { id: byId.id },
  })
  await execute(`UPDATE orders SET created_at = now() - interval '25 hours' WHERE id = $1`, [byKey.id])
  for (const fields of [{}, { idempotencyKey: 'k' }, { clientOrderId: 'new' }])
    expect(await look(fields)).toBeNull()
  expect(await store.accounts.cursor(accountId)).toBe(2)
})

test('the same order again is its own success: an insert can be repeated', async () => {
  const order = newOrder(await newAccount(store), { idempotencyKey: 'k', clientOrderId: 'c' })
  const [first] = await store.orders.insertOrders([order])
  const [second] = await store.orders.insertOrders([order])
  expect(second).toEqual(first)
})

test('an order that Postgres refuses, or without an account, fails alone', async () => {
  const accountId = await newAccount(store)
  const results = await store.orders.insertOrders([
    newOrder(accountId),
    newOrder(accountId, { amount: 10n ** 21n }),
    newOrder(accountId),
    newOrder(randomUUID()),
    newOrder(accountId),
  ])
  expect(outcomes(results)).toEqual(['created', 'error', 'created', 'error', 'created'])
  expect(await store.accounts.cursor(accountId)).toBe(3)
})
