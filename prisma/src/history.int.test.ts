import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { newAccount, newOrder, openStore } from '../../tests/support/store'
import type { Store } from './store'

let database: TestDatabase
let store: Store
let client: Client

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  client = new Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await Promise.all([store.close(), client.end()])
  await database.drop()
})

async function insertedOrder(): Promise<string> {
  const order = newOrder(await newAccount(store))
  await store.orders.insertOrders([order])
  return order.id
}

test('an order that has a history cannot be removed; without one it can', async () => {
  const id = await insertedOrder()
  const remove = () => client.query('DELETE FROM orders WHERE id = $1', [id])
  await expect(remove()).rejects.toMatchObject({
    code: '23503',
    message: `order ${id} has a history and stays`,
  })
  expect(await store.orders.get(null, id)).toMatchObject({ id })
  await client.query('DELETE FROM order_events WHERE order_id = $1', [id])
  await remove()
  expect(await store.orders.get(null, id)).toBeNull()
})

const HANGING = [
  [
    'attempt',
    `INSERT INTO attempts (order_id, attempt, account_id, status) SELECT id, 1, account_id, 'failed' FROM orders WHERE id = $1`,
  ],
  [
    'fill',
    `INSERT INTO fills (order_id, attempt, signature, slot, input_mint, output_mint, input_amount, output_amount, price, fees)
     VALUES ($1, 1, 'signature', 1, 'in', 'out', 1, 1, '1', '[]')`,
  ],
  [
    'trigger',
    `INSERT INTO triggers (order_id, account_id, last_seq, kind, input_mint, output_mint, swap_mode, amount, size_class)
     SELECT id, account_id, 1, 'limit', 'in', 'out', 'ExactIn', 1, 0 FROM orders WHERE id = $1`,
  ],
] as const

test.each(HANGING)('its %s alone keeps it', async (_name, insert) => {
  const id = await insertedOrder()
  await client.query('DELETE FROM order_events WHERE order_id = $1', [id])
  await client.query(insert, [id])
  await expect(client.query('DELETE FROM orders WHERE id = $1', [id])).rejects.toMatchObject({
    code: '23503',
  })
})
