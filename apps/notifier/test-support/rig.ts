import { randomBytes } from 'node:crypto'
import { createPublisher, createStreamTokens, NEWS_DEFAULTS, type StreamTokens } from '@fillstream/messaging'
import {
  createLogger,
  createMetrics,
  createRedis,
  redisReady,
  systemClock,
  systemIds,
  systemRandom,
} from '@fillstream/runtime'
import {
  createJournal,
  formatApiKey,
  type AppendResult,
  type Journal,
  type Order,
  type OrderChanges,
  type Published,
  type Store,
} from '@fillstream/store'
import { snapshotOf } from '@fillstream/core'
import { type EventData, type OrderNews, type OrderStatus } from '@fillstream/types'
import { type Redis } from 'ioredis'
import { createTestDatabase } from '../../../tests/support/database'
import { createTestRedis } from '../../../tests/support/redis'
import { newAccount, newOrder, openStore, steps } from '../../../tests/support/store'
import { loadConfig, type Config } from '../src/config'
import { start, type Notifier } from '../src/start'
import { type Link } from './link'
import { openStream, type StreamClient } from './stream-client'

/** A running notifier on a database and a key prefix of its own, and the writing side of gateway and worker. */
export interface Rig {
  readonly notifier: Notifier
  readonly store: Store
  readonly redis: Redis
  readonly tokens: StreamTokens
  readonly keyPrefix: string
  /** `ws://...` with this path. */
  at(path: string): string
  newCustomer(): Promise<Customer>
  place(accountId: string): Promise<Order>
  /** Takes the order through these statuses, one append each. */
  move(order: Order, ...statuses: readonly OrderStatus[]): Promise<Order>
  append(
    order: Order,
    status: OrderStatus,
    fields?: { data?: EventData; changes?: OrderChanges },
  ): Promise<Order>
  /** While set, what is committed is not told to anybody. */
  silent: boolean
  /** Tells news that need not be in Postgres. */
  publish(order: Order, news: readonly OrderNews[]): Promise<void>
  /** As FLUSHALL would, for this test's keys. */
  wipeRedis(): Promise<void>
  /** A stream of `customer`; `connected` has arrived. */
  connect(customer: Customer): Promise<StreamClient>
  close(): Promise<void>
}

export interface Customer {
  readonly accountId: string
  readonly apiKey: string
  readonly headers: { readonly authorization: string }
}

export interface RigOptions {
  readonly settings?: Partial<Config>
  /** By which way the notifier reaches the database and Redis, if not directly. */
  readonly viaDatabase?: Link
  readonly viaRedis?: Link
}

export async function startRig({ settings = {}, viaDatabase, viaRedis }: RigOptions = {}): Promise<Rig> {
  const database = await createTestDatabase()
  const testRedis = createTestRedis()
  const store = openStore(database.url)
  const logger = createLogger({ service: 'notifier-test', level: 'silent' })
  const redis = createRedis(testRedis.url, 'producer', logger)
  await redisReady(redis)
  const bus = { prefix: testRedis.keyPrefix, shards: 1 }
  const publishNews = createPublisher(redis, { ...bus, ...NEWS_DEFAULTS })
  let silent = false
  const publish = (published: readonly Published[]) =>
    silent
      ? Promise.resolve()
      : publishNews(published.map(({ order, news }) => ({ order: snapshotOf(order), news })))
  const journal: Journal = createJournal({ store, clock: systemClock, publish })
  const config: Config = {
    ...loadConfig({
      DATABASE_URL: viaDatabase ? await viaDatabase.via(database.url) : database.url,
      REDIS_URL: viaRedis ? await viaRedis.via(testRedis.url) : testRedis.url,
      KEY_PREFIX: testRedis.keyPrefix,
      NOTIFIER_PORT: '0',
      LOG_LEVEL: 'silent',
      DRAIN_MS: '0',
    }),
    ...settings,
  }
  const notifier = await start(config, {
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    logger,
    metrics: createMetrics('notifier', { processMetrics: false }),
    checkpoint: () => {},
  })

  const at = (path: string) => `${notifier.url.replace('http', 'ws')}${path}`

  async function append(
    order: Order,
    status: OrderStatus,
    { data = {}, changes }: { data?: EventData; changes?: OrderChanges } = {},
  ): Promise<Order> {
    const step = steps(order, order.lastSeq, [order.status, status], changes ? { changes } : {})
    const result: AppendResult = await journal.append({
      ...step,
      events: step.events.map((event) => ({ ...event, data })),
    })
    if (result.outcome !== 'appended') throw new Error(`append: ${result.outcome}`)
    return result.order
  }

  return {
    notifier,
    store,
    redis,
    tokens: createStreamTokens(redis, testRedis.keyPrefix),
    keyPrefix: testRedis.keyPrefix,
    at,
    async newCustomer() {
      const accountId = await newAccount(store)
      const apiKey = formatApiKey(randomBytes(40))
      await store.apiKeys.create(apiKey, { accountId, name: 'test' })
      return { accountId, apiKey, headers: { authorization: `Bearer ${apiKey}` } }
    },
    async place(accountId) {
      const result = await journal.accept(newOrder(accountId))
      return result.order
    },
    append,
    async move(order, ...statuses) {
      let moved = order
      for (const status of statuses) moved = await append(moved, status)
      return moved
    },
    get silent() {
      return silent
    },
    set silent(value) {
      silent = value
    },
    publish: (order, news) => publishNews([{ order: snapshotOf(order), news }]),
    wipeRedis: () => testRedis.clear(),
    async connect(customer) {
      const client = openStream(at('/v1/stream'), { headers: customer.headers })
      await client.first((message) => message.type === 'connected')
      return client
    },
    async close() {
      await notifier.close()
      await journal.close()
      redis.disconnect()
      await testRedis.clear()
      await store.close()
      await database.drop()
    },
  }
}
