import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { newAccount, newOrder, openStore, realClock, steps } from '../../tests/support/store'
import { createPostgresProxy, type PostgresProxy } from '../../tests/support/tcp-proxy'
import { createJournal, type Journal, type JournalDeps } from './journal'
import type { Published } from './orders'
import type { Store } from './store'

const PASS = { kind: 'pass' } as const
const REFUSE = { kind: 'refuse' } as const

let database: TestDatabase
let proxy: PostgresProxy
let store: Store
/** Gives up early: for what fails in the end anyway. */
let hasty: Store
let direct: Store
let accountId: string
let published: Published[]

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await createPostgresProxy(database.url)
  store = openStore(proxy.url)
  hasty = openStore(proxy.url, { statementTimeoutMillis: 500, unknownOutcomeMillis: 300 })
  direct = openStore(database.url)
})
beforeEach(async () => {
  proxy.set(PASS)
  accountId = await newAccount(direct)
  published = []
})
afterAll(async () => {
  await Promise.all([store.close(), hasty.close(), direct.close()])
  await proxy.close()
  await database.drop()
})

function journal(deps: Partial<JournalDeps> = {}, publishWaitMs = 250): Journal {
  const publish = (batch: readonly Published[]) => {
    published.push(...batch)
    return Promise.resolve()
  }
  return createJournal({ store, clock: realClock, publish, ...deps }, { publishWaitMs })
}

async function accepted(by: Journal, fields: Parameters<typeof newOrder>[1] = {}) {
  const order = newOrder(accountId, fields)
  await by.accept(order)
  return order
}

test('callers of one moment share a statement and a publish', async () => {
  const batches: number[] = []
  const by = journal({
    store: {
      orders: {
        ...store.orders,
        insertOrders: (orders) => {
          batches.push(orders.length)
          return store.orders.insertOrders(orders)
        },
      },
    },
  })
  const results = await Promise.all(Array.from({ length: 600 }, () => by.accept(newOrder(accountId))))
  expect(results.every(({ outcome }) => outcome === 'created')).toBe(true)
  expect(batches).toEqual([500, 100])
  expect(published).toHaveLength(600)
  expect(published.flatMap(({ news }) => news.map(({ cursor }) => cursor))).toEqual(
    Array.from({ length: 600 }, (_, i) => i + 1),
  )
})

test('what existed or conflicts is no news', async () => {
  const by = journal()
  const order = await accepted(by, { idempotencyKey: 'k' })
  await by.accept(newOrder(accountId, { idempotencyKey: 'k' }))
  expect(await by.append(steps(order, 7, ['routing', 'building']))).toEqual({ outcome: 'conflict' })
  expect(published.map((one) => one.order.id)).toEqual([order.id])
})

test('a failed attempt is recorded without an event, and told', async () => {
  const by = journal()
  const order = await accepted(by)
  const { events: _events, ...step } = steps(order, 1, ['pending'])
  await by.recordFailedAttempt({
    ...step,
    attempt: { kind: 'fail', attempt: 1, code: 'VENUE_TIMEOUT', message: 'no answer' },
  })
  expect(published.at(-1)).toMatchObject({ order: { attempts: [{ code: 'VENUE_TIMEOUT' }] }, news: [] })
})

test('each step of a batch is a checkpoint once: before it, when it is committed, when it is published', async () => {
  const points: string[] = []
  const by = journal({ checkpoint: (point) => points.push(point) })
  const [first, second] = await Promise.all([accepted(by), accepted(by)])
  const attempt = { kind: 'fail', attempt: 1, code: 'VENUE_TIMEOUT', message: 'no answer' } as const
  await Promise.all([
    by.append(steps(first, 1, ['pending', 'routing'])),
    by.append(steps(second, 1, ['pending', 'cancelled'])),
    by.append(steps(second, 1, ['pending', 'failed'])),
  ])
  await by.recordFailedAttempt(steps(first, 2, ['routing'], { attempt }))
  await by.append(steps(first, 2, ['routing', 'building']))
  await by.append(steps(first, 3, ['building', 'routing'], { attempt: { ...attempt, attempt: 2 } }))
  expect(points).toEqual([
    ...['accepted.before', 'accepted.committed', 'accepted.published'],
    ...['routing.before', 'cancelled.before', 'failed.before'],
    ...['routing.committed', 'cancelled.committed', 'routing.published', 'cancelled.published'],
    ...['failedAttempt.before', 'failedAttempt.committed', 'failedAttempt.published'],
    ...['building.before', 'building.committed', 'building.published'],
    ...['retry.before', 'retry.committed', 'retry.published'],
  ])
})

test('a publish that fails is counted, one that hangs is not waited for, and the order stands', async () => {
  const failures: unknown[] = []
  const failing = journal({
    publish: () => Promise.reject(new Error('no Redis')),
    onPublishFailed: (error) => failures.push(error),
  })
  const first = await accepted(failing)
  expect(failures).toHaveLength(1)
  const hanging = journal({ publish: () => new Promise(() => undefined) }, 10)
  const second = await accepted(hanging)
  await hanging.close()
  expect(await direct.orders.getMany([first.id, second.id])).toHaveLength(2)
})

test('a new order is accepted while it is being told, a step is not', async () => {
  let tell: () => void = () => undefined
  const told = new Promise<void>((resolve) => (tell = resolve))
  const by = journal({ publish: () => told }, 600_000)
  const order = await accepted(by)
  const step = by.append(steps(order, 1, ['pending', 'routing']))
  await accepted(by)
  expect(await Promise.race([step, accepted(by).then(() => 'accepted')])).toBe('accepted')
  tell()
  expect(await step).toMatchObject({ outcome: 'appended' })
})

test('an accept whose answer is lost is found to have succeeded', async () => {
  const by = journal()
  const order = newOrder(accountId, { idempotencyKey: 'k', clientOrderId: 'c' })
  const lost = proxy.lost()
  proxy.set({ kind: 'loseReply', mark: order.id, then: PASS })
  const result = await by.accept(order)
  expect(proxy.lost()).toBe(lost + 1)
  expect(result).toMatchObject({ outcome: 'created', order: { id: order.id }, news: [{ seq: 1, cursor: 1 }] })
  expect(await direct.accounts.cursor(accountId)).toBe(1)
})

test('an append whose answer is lost is found to have succeeded, and another one is still told its conflict', async () => {
  const by = journal()
  const [order, neighbour] = [await accepted(by), await accepted(by)]
  await direct.orders.appendEvents([steps(neighbour, 1, ['pending', 'cancelled'])])
  const lost = proxy.lost()
  proxy.set({ kind: 'loseReply', mark: order.id, then: PASS })
  const [own, foreign] = await Promise.all([
    by.append(steps(order, 1, ['pending', 'routing'])),
    by.append(steps(neighbour, 1, ['pending', 'routing'])),
  ])
  expect(proxy.lost()).toBe(lost + 1)
  expect(own).toMatchObject({ outcome: 'appended', order: { status: 'routing' }, news: [{ seq: 2 }] })
  expect(foreign).toEqual({ outcome: 'conflict' })
  expect(await direct.events.list(null, order.id, 0, 10)).toHaveLength(2)
})

test('an accept whose outcome stays unknown says so with the orderId; the same key finds the order later', async () => {
  const by = journal({ store: hasty })
  const order = newOrder(accountId, { idempotencyKey: 'k' })
  proxy.set({ kind: 'loseReply', mark: order.id, then: REFUSE })
  await expect(by.accept(order)).rejects.toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    message: 'may have been accepted; repeat with the same key',
    context: { orderId: order.id },
  })
  proxy.set(PASS)
  expect(await by.accept(newOrder(accountId, { idempotencyKey: 'k' }))).toMatchObject({
    outcome: 'existing',
    order: { id: order.id },
  })
})

test('while Postgres is away everything is refused as such, without an orderId, and comes back by itself', async () => {
  const by = journal()
  const order = await accepted(by)
  proxy.set(REFUSE)
  const away = { code: 'DEPENDENCY_UNAVAILABLE' }
  await expect(store.ping()).rejects.toMatchObject(away)
  await expect(store.orders.get(null, order.id)).rejects.toMatchObject(away)
  await expect(store.orders.list(accountId, { limit: 1 })).rejects.toMatchObject(away)
  await expect(store.attempts.takeUnresolved('me', 1_000, 1)).rejects.toMatchObject(away)
  await expect(
    store.apiKeys.bootstrap('sixteen letters!', { id: randomUUID(), name: 'x' }),
  ).rejects.toMatchObject(away)
  await expect(by.append(steps(order, 1, ['pending', 'routing']))).rejects.toMatchObject(away)
  proxy.set(PASS)
  expect(await by.append(steps(order, 1, ['pending', 'routing']))).toMatchObject({ outcome: 'appended' })
  await store.ping()
})

test('a Postgres that falls silent is given up on', async () => {
  const by = journal({ store: hasty })
  const order = await accepted(journal())
  proxy.set({ kind: 'silent' })
  const away = { code: 'DEPENDENCY_UNAVAILABLE' }
  await Promise.all([
    expect(hasty.ping()).rejects.toMatchObject(away),
    expect(by.append(steps(order, 1, ['pending', 'routing']))).rejects.toMatchObject(away),
  ])
  proxy.set(REFUSE)
  proxy.set(PASS)
  expect(await journal().append(steps(order, 1, ['pending', 'routing']))).toMatchObject({
    outcome: 'appended',
  })
}, 20_000)

test('connections that the server cuts under writes cost nothing: everything is written, once', async () => {
  const by = journal()
  const killer = new Client({ connectionString: database.url })
  await killer.connect()
  const cut = async (): Promise<boolean> => {
    const { rowCount } = await killer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'`,
    )
    return (rowCount ?? 0) > 0
  }
  const one = async () => {
    const order = await accepted(by, { idempotencyKey: randomUUID() })
    await by.append(steps(order, 1, ['pending', 'routing', 'building']))
    await by.append(steps(order, 3, ['building', 'failed']))
    return order.id
  }
  const ids: string[] = []
  for (let round = 0; round < 5; round++) {
    let writing = true
    const cutOnce = async () => {
      while (writing && !(await cut()));
    }
    const cutting = cutOnce()
    ids.push(...(await Promise.all(Array.from({ length: 20 }, one))))
    writing = false
    await cutting
  }
  await killer.end()
  const news = await direct.events.newsOfAccount(accountId, 0, 100_000)
  expect(news.map(({ cursor }) => cursor)).toEqual(Array.from({ length: ids.length * 4 }, (_, i) => i + 1))
  expect(new Set(news.map(({ orderId }) => orderId))).toEqual(new Set(ids))
}, 60_000)
