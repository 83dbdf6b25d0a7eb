import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { newAccount, newOrder, openStore, steps, submittedAttempt } from '../../tests/support/store'
import type { NewFill } from './orders'
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

const network = (amount: string) => [{ kind: 'network', mint: 'sol', amount } as const]

/** An order that was confirmed in slot 5. */
async function confirmed() {
  const order = newOrder(await newAccount(store))
  await store.orders.insertOrders([order])
  const attempt = submittedAttempt()
  const fill: NewFill = {
    attempt: 1,
    signature: attempt.signature,
    slot: 5,
    inputMint: order.inputMint,
    outputMint: order.outputMint,
    inputAmount: order.amount,
    outputAmount: 150_000_000n,
    price: '150',
    fees: network('10000'),
  }
  await store.orders.appendEvents([
    steps(order, 1, ['pending', 'routing', 'building', 'submitted'], { attempt }),
    steps(order, 4, ['submitted', 'confirmed'], {
      attempt: { kind: 'resolve', attempt: 1, status: 'confirmed', slot: 5, code: null, message: null },
      changes: { inputUsed: fill.inputAmount, outputAmount: fill.outputAmount, fees: fill.fees },
      fill,
    }),
  ])
  expect(await store.fills.find(order.id, 1)).toEqual(fill)
  return { order, fill }
}

test('what was settled is corrected in fill, attempt and order, by one of two copies; status and events stay', async () => {
  const { order, fill } = await confirmed()
  const before = await store.orders.get(null, order.id)
  const fixed = { ...fill, slot: 9, outputAmount: 149_000_000n, price: '149', fees: network('12000') }
  const correction = { orderId: order.id, fill: fixed, orderFees: network('22000'), failure: null }
  const won = await Promise.all([store.fills.correct(correction), other.fills.correct(correction)])
  expect(won.sort()).toEqual([false, true])
  expect(await store.fills.find(order.id, 1)).toEqual(fixed)
  expect(await store.orders.get(null, order.id)).toMatchObject({
    status: 'confirmed',
    lastSeq: before?.lastSeq,
    inputUsed: fill.inputAmount,
    outputAmount: 149_000_000n,
    executedPrice: '149',
    fees: network('22000'),
    attempts: [{ status: 'confirmed', slot: 9, code: null }],
  })
  expect(await store.attempts.confirmedNotFinalized('genesis', null, 100)).toEqual([])
})

test('one that failed after all says why', async () => {
  const { order, fill } = await confirmed()
  const failure = { code: 'TX_FAILED', message: 'it failed' } as const
  const nothing = { ...fill, slot: 9, inputAmount: 0n, outputAmount: 0n, price: '0' }
  const correction = { orderId: order.id, fill: nothing, orderFees: fill.fees, failure }
  expect(await store.fills.correct(correction)).toBe(true)
  expect(await store.orders.get(null, order.id)).toMatchObject({
    status: 'confirmed',
    outputAmount: 0n,
    attempts: [{ status: 'confirmed', slot: 9, ...failure }],
  })
  expect(await store.fills.find(order.id, 2)).toBeNull()
})
