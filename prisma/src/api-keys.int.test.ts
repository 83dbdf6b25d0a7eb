import { randomBytes, randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { newAccount, openStore } from '../../tests/support/store'
import { formatApiKey, matchesSecret, parseApiKey } from './api-key'
import type { Store } from './store'

let database: TestDatabase
let store: Store
let other: Store

beforeEach(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  other = openStore(database.url)
})
afterEach(async () => {
  await Promise.all([store.close(), other.close()])
  await database.drop()
})

test('a key is found by its id and checked by its hash; a revoked one says so', async () => {
  const accountId = await newAccount(store)
  const key = formatApiKey(randomBytes(40))
  await store.apiKeys.create(key, { accountId, name: 'ci' })
  const parsed = parseApiKey(key)
  if (!parsed) throw new Error('not a key')
  const found = await store.apiKeys.find(parsed.keyId)
  expect(found).toMatchObject({ accountId, name: 'ci', scopes: ['trade'], revokedAt: null })
  expect(found && matchesSecret(found.secretHash, parsed)).toBe(true)
  await store.apiKeys.revoke(parsed.keyId)
  expect((await store.apiKeys.find(parsed.keyId))?.revokedAt).toBeInstanceOf(Date)
  expect(await store.apiKeys.find('0000000000000000')).toBeNull()
})

test('many keys are found as one is', async () => {
  const accountId = await newAccount(store)
  const keys = [formatApiKey(randomBytes(40)), formatApiKey(randomBytes(40))]
  for (const key of keys)
    await store.apiKeys.create(key, { accountId, name: 'ci', scopes: ['read', 'trade'] })
  const ids = keys.map((key) => parseApiKey(key)?.keyId ?? '')
  await store.apiKeys.revoke(ids[1] ?? '')
  const found = await store.apiKeys.findMany([...ids, '0000000000000000'])
  expect(found).toEqual(
    new Map(await Promise.all(ids.map(async (id) => [id, await store.apiKeys.find(id)] as const))),
  )
})

test('the first account is the oldest one, found as it is by its id', async () => {
  expect(await store.accounts.first()).toBeNull()
  const accountId = await newAccount(store)
  await newAccount(store)
  const first = await store.accounts.first()
  expect(first?.id).toBe(accountId)
  expect(first).toEqual(await store.accounts.find(accountId))
})

test('services that start together bootstrap one account with one key', async () => {
  const key = 'an operator-made key'
  const keys = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      (i % 2 === 0 ? store : other).apiKeys.bootstrap(key, { id: randomUUID(), name: 'first' }),
    ),
  )
  expect(new Set(keys.map((row) => row?.accountId)).size).toBe(1)
  const accountId = keys[0]?.accountId ?? ''
  expect(await store.accounts.find(accountId)).toMatchObject({ name: 'first', cursor: 0 })
  expect(keys[0]?.scopes).toEqual(['trade', 'admin'])
  expect(
    await store.apiKeys.bootstrap('another key of the operator', { id: randomUUID(), name: 'x' }),
  ).toBeNull()
  expect(await store.apiKeys.bootstrap(key, { id: randomUUID(), name: 'x' })).toMatchObject({ accountId })
})

test('a key that is too short is refused by its name', async () => {
  await expect(store.apiKeys.bootstrap('short', { id: randomUUID(), name: 'x' })).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
  })
})
