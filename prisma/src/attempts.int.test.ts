import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { newAccount, newOrder, openStore, steps, submittedAttempt } from '../../tests/support/store'
import type { NewOrder } from '@fillstream/core'
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

async function submitted(count: number, leaseMs: number): Promise<NewOrder[]> {
  const accountId = await newAccount(store)
  const orders = Array.from({ length: count }, () => newOrder(accountId))
  await store.orders.insertOrders(orders)
  const results = await store.orders.appendEvents(
    orders.map((order) =>
      steps(order, 1, ['pending', 'routing', 'building', 'submitted'], {
        attempt: { ...submittedAttempt(), leaseOwner: 'first', leaseMs },
      }),
    ),
  )
  expect(results.map((result) => 'outcome' in result && result.outcome)).toEqual(orders.map(() => 'appended'))
  return orders
}

async function expireLeases(): Promise<void> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  await client.query(
    `UPDATE attempts SET lease_until = now() - interval '1 ms' WHERE lease_until IS NOT NULL`,
  )
  await client.end()
}

const ids = (attempts: readonly { orderId: string }[]) => attempts.map(({ orderId }) => orderId).sort()

async function resolve(order: NewOrder, status: 'confirmed' | 'failed') {
  await store.orders.appendEvents([
    steps(order, 4, ['submitted', status], {
      attempt: { kind: 'resolve', attempt: 1, status, slot: 5, code: null, message: null },
    }),
  ])
}

test('a leased attempt belongs to its owner until the lease lapses; then anyone takes it, once', async () => {
  const orders = await submitted(10, 60_000)
  expect(await other.attempts.takeUnresolved('second', 60_000, 100)).toEqual([])
  const own = await store.attempts.takeUnresolved('first', 60_000, 100)
  expect(ids(own)).toEqual(ids(orders.map(({ id }) => ({ orderId: id }))))
  expect(own[0]?.signedTransaction).toHaveLength(64)
  await expireLeases()
  const taken = await Promise.all([
    store.attempts.takeUnresolved('second', 60_000, 100),
    other.attempts.takeUnresolved('third', 60_000, 100),
  ])
  expect(ids(taken.flat())).toEqual(ids(own))
  await Promise.all(orders.map((order) => resolve(order, 'failed')))
  expect(await store.attempts.takeUnresolved('second', 60_000, 100)).toEqual([])
})

test('a stopping watcher gives its leases up', async () => {
  const orders = await submitted(3, 60_000)
  await store.attempts.releaseLeases('first')
  expect(await other.attempts.takeUnresolved('second', 60_000, 100)).toHaveLength(3)
  await Promise.all(orders.map((order) => resolve(order, 'failed')))
})

test('an attempt that was confirmed and is lost for good is said so once, and watched no more', async () => {
  const orders = await submitted(1, 60_000)
  await Promise.all(orders.map((order) => resolve(order, 'confirmed')))
  const lost = { orderId: orders[0]?.id ?? '', attempt: 1 }
  const reason = { code: 'TX_EXPIRED', message: 'gone' } as const
  const told = await Promise.all([
    store.attempts.markLost(lost, reason),
    other.attempts.markLost(lost, reason),
  ])
  expect(told.sort()).toEqual([false, true])
  expect(await store.attempts.confirmedNotFinalized('genesis', null, 100)).toEqual([])
  expect(await store.attempts.ofOrder(lost.orderId)).toMatchObject([{ status: 'confirmed', ...reason }])
})

test('a confirmed attempt is watched until it is finalized', async () => {
  const orders = await submitted(2, 60_000)
  await Promise.all(orders.map((order) => resolve(order, 'confirmed')))
  const open = await store.attempts.confirmedNotFinalized('genesis', null, 100)
  expect(await store.attempts.confirmedNotFinalized('another', null, 100)).toEqual([])
  expect(ids(open)).toEqual(ids(orders.map(({ id }) => ({ orderId: id }))))
  expect(await store.attempts.confirmedNotFinalized('genesis', 4, 100)).toEqual([])
  expect(ids(await store.attempts.confirmedNotFinalized('genesis', 5, 100))).toEqual(ids(open))
  await Promise.all([store.attempts.markFinalized(open), other.attempts.markFinalized([...open].reverse())])
  expect(await store.attempts.confirmedNotFinalized('genesis', null, 100)).toEqual([])
  await store.attempts.markFinalized([])
})
