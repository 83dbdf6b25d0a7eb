import { orderEventsStream, orderHashKey, shardOf, type OrderNews } from '@fillstream/types'
import { type OrderSnapshot } from '@fillstream/core'
import { createLogger, createRedis, redisReady, systemClock, systemIds } from '@fillstream/runtime'
import { startNewsReader } from './news-reader'
import { createOrderCache, createPublisher, NEWS_DEFAULTS } from './order-news'

const redisUrl = process.env['TEST_REDIS_URL'] as string
const logger = createLogger({ service: 'test', level: 'silent' })
const config = { ...NEWS_DEFAULTS, prefix: `test-news-${systemIds.uuid()}`, shards: 2 }
const redis = createRedis(redisUrl, 'producer', logger)
const publish = createPublisher(redis, config)
const cache = createOrderCache(redis, config)
const accountId = systemIds.uuid()

beforeAll(() => redisReady(redis))
afterAll(() => redis.disconnect())

function news(orderId: string, seq: number): OrderNews {
  return {
    orderId,
    accountId,
    seq,
    cursor: seq,
    status: 'routing',
    phase: null,
    at: '2026-01-01T00:00:00.000Z',
    data: {},
  }
}
function snapshot(orderId: string, lastSeq: number): OrderSnapshot {
  return { orderId, accountId, lastSeq, status: 'routing' } as OrderSnapshot
}

test('the hash holds the newest snapshot, in whatever order the writers publish', async () => {
  const orderId = systemIds.uuid()
  await publish([{ order: snapshot(orderId, 3), news: [news(orderId, 3)] }])
  await publish([{ order: snapshot(orderId, 2), news: [news(orderId, 2)] }])
  expect(await cache.get(accountId, orderId)).toMatchObject({ lastSeq: 3 })
  expect(
    await cache.lastSeqs([
      { accountId, orderId },
      { accountId, orderId: systemIds.uuid() },
    ]),
  ).toEqual([3, 0])
  const stream = orderEventsStream(config.prefix, shardOf(accountId, config.shards))
  expect(await redis.xlen(stream)).toBe(2)
})

test('orders of several shards are told together: all events in their order, each hash if it is newer', async () => {
  const accounts = Array.from({ length: 10 }, () => systemIds.uuid())
  const orders = Array.from({ length: 250 }, (_, i) => {
    const orderId = systemIds.uuid()
    const account = accounts[i % accounts.length] as string
    const event = (seq: number) => ({ ...news(orderId, seq), accountId: account, cursor: i + 1 })
    return {
      order: { ...snapshot(orderId, 2), accountId: account },
      news: [event(1), event(2)].slice(0, i % 3),
    }
  })
  const [ahead] = orders
  if (!ahead) throw new Error('there are orders')
  await publish([{ order: { ...ahead.order, lastSeq: 9 }, news: [] }])
  const streams = [0, 1].map((shard) => orderEventsStream(config.prefix, shard))
  const before = await Promise.all(streams.map((stream) => redis.xlen(stream)))
  await publish(orders)
  const seqs = await cache.lastSeqs(orders.map(({ order }) => order))
  expect(seqs).toEqual([9, ...orders.slice(1).map(() => 2)])
  const told = await Promise.all(
    streams.map(async (stream, shard) => (await redis.xrange(stream, '-', '+')).slice(before[shard])),
  )
  expect(
    told.map((entries) => entries.map(([, fields]) => JSON.parse(fields[1] ?? '') as OrderNews)),
  ).toEqual(
    [0, 1].map((shard) =>
      orders
        .filter(({ order }) => shardOf(order.accountId, config.shards) === shard)
        .flatMap((one) => one.news),
    ),
  )
})

test('a copy that is forgotten is read from elsewhere until the order is told again', async () => {
  const orderId = systemIds.uuid()
  await publish([{ order: snapshot(orderId, 3), news: [] }])
  await cache.forget(accountId, orderId)
  expect(await cache.get(accountId, orderId)).toBeNull()
  await publish([{ order: snapshot(orderId, 3), news: [] }])
  expect(await cache.get(accountId, orderId)).toMatchObject({ lastSeq: 3 })
})

test('how old a copy is goes by the clock of Redis, not by what the copy says', async () => {
  const orderId = systemIds.uuid()
  const old = { ...snapshot(orderId, 1), updatedAt: '2001-01-01T00:00:00.000Z' }
  await publish([{ order: old, news: [] }])
  const key = orderHashKey(config.prefix, shardOf(accountId, config.shards), orderId)
  const young = await cache.aged(accountId, orderId)
  expect(young?.ageMs).toBeLessThan(config.activeTtlMs / 2)
  await redis.pexpire(key, config.activeTtlMs / 2)
  const aged = await cache.aged(accountId, orderId)
  expect(aged?.ageMs).toBeGreaterThanOrEqual(config.activeTtlMs / 2)
})

test('the hash of a finished order lives on for a while only', async () => {
  const orderId = systemIds.uuid()
  await publish([{ order: { ...snapshot(orderId, 5), status: 'confirmed' }, news: [] }])
  const ttl = await redis.pttl(orderHashKey(config.prefix, shardOf(accountId, config.shards), orderId))
  expect(ttl).toBeGreaterThan(0)
  expect(ttl).toBeLessThanOrEqual(config.finishedTtlMs)
})

test('a reader hears what is published after it began, and of a Redis that began anew', async () => {
  const heard: number[] = []
  let resets = 0
  const reader = startNewsReader(
    { ...config, redisUrl },
    { clock: systemClock, ids: systemIds, logger },
    {
      onNews: (events) => void heard.push(...events.map(({ seq }) => seq)),
      onReset: () => resets++,
    },
  )
  const orderId = systemIds.uuid()
  const until = async (condition: () => boolean, act: () => Promise<unknown>) => {
    while (!condition()) {
      await act()
      await systemClock.sleep(10)
    }
  }
  let seq = 10
  await until(
    () => heard.length > 0,
    () => publish([{ order: snapshot(orderId, seq), news: [news(orderId, seq++)] }]),
  )
  const keys = await redis.keys(`${config.prefix}:*`)
  await redis.del(...keys)
  const before = heard.length
  await until(
    () => resets > 0 && heard.length > before,
    () => publish([{ order: snapshot(orderId, seq), news: [news(orderId, seq++)] }]),
  )
  await reader.stop()
})
