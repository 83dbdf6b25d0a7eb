import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { openStore } from '../../tests/support/store'
import type { Store } from './store'

let database: TestDatabase
let store: Store

beforeEach(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
})
afterEach(async () => {
  await store.close()
  await database.drop()
})

test('a new database trades, and nobody has said so', async () => {
  expect(await store.trading.get()).toEqual({ halted: false, reason: null, since: null, keyId: null })
})

test('a halt said twice has the later reason and the earlier time; a resume has a time of its own', async () => {
  const halted = await store.trading.set({ halted: true, reason: 'a venue misprices', keyId: 'first' })
  expect(halted).toMatchObject({ halted: true, reason: 'a venue misprices', keyId: 'first' })
  const again = await store.trading.set({ halted: true, reason: null, keyId: 'second' })
  expect(again).toEqual({ halted: true, reason: null, since: halted.since, keyId: 'second' })
  expect(await store.trading.get()).toEqual(again)
  const resumed = await store.trading.set({ halted: false, reason: null, keyId: 'first' })
  expect(resumed.halted).toBe(false)
  expect(Number(resumed.since)).toBeGreaterThan(Number(halted.since))
})
