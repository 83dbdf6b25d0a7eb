import { orderEventsStream, orderHashKey, shardOf, type OrderNews } from '@fillstream/types'
import { isTerminal, type OrderSnapshot } from '@fillstream/core'
import { createHash } from 'node:crypto'
import { type ChainableCommander, type Redis } from 'ioredis'

export interface NewsConfig {
  readonly prefix: string
  readonly shards: number
  /** A stream keeps at most about this many entries: it is transport, not history. */
  readonly maxLength: number
  /** How long the hash of an active order lives without news, and that of a finished one. */
  readonly activeTtlMs: number
  readonly finishedTtlMs: number
}

export const NEWS_DEFAULTS = { maxLength: 100_000, activeTtlMs: 600_000, finishedTtlMs: 60_000 } as const

/** One order's durable events with the order as they left it. */
export interface PublishedOrder {
  readonly order: OrderSnapshot
  readonly news: readonly OrderNews[]
}

/**
 * Appends the events to the stream and sets the order's hash if this snapshot is newer: one step, so that no
 * reader sees the one without the other. KEYS: stream, hash. ARGV: maxlen, ttl, seq, snapshot, events...
 */
const PUBLISH = `
for i = 5, #ARGV do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'e', ARGV[i])
end
local seen = tonumber(redis.call('HGET', KEYS[2], 'seq') or '0')
if tonumber(ARGV[3]) > seen then
  redis.call('HSET', KEYS[2], 'seq', ARGV[3], 'order', ARGV[4])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return seen
`

const PUBLISH_SHA = createHash('sha1').update(PUBLISH).digest('hex')

/** Tells the news of orders, after their events are durable. Rejects when Redis is away; repeats are harmless. */
export type PublishOrders = (orders: readonly PublishedOrder[]) => Promise<void>

export function createPublisher(redis: Redis, config: NewsConfig): PublishOrders {
  const ttlOf = lifeOf(config)

  async function run(
    orders: readonly PublishedOrder[],
    call: (pipeline: ChainableCommander, keysAndValues: readonly (string | number)[]) => unknown,
  ): Promise<Error | null> {
    const pipeline = redis.pipeline()
    for (const { order, news } of orders) {
      const shard = shardOf(order.accountId, config.shards)
      call(pipeline, [
        orderEventsStream(config.prefix, shard),
        orderHashKey(config.prefix, shard, order.orderId),
        config.maxLength,
        ttlOf(order),
        order.lastSeq,
        JSON.stringify(order),
        ...news.map((event) => JSON.stringify(event)),
      ])
    }
    const replies = (await pipeline.exec()) ?? []
    return replies.find(([error]) => error)?.[0] ?? null
  }

  return async (orders) => {
    // By the digest of the script; a Redis that began anew does not know it yet.
    let failed = await run(orders, (pipeline, given) => pipeline.evalsha(PUBLISH_SHA, 2, ...given))
    if (failed?.message.startsWith('NOSCRIPT'))
      failed = await run(orders, (pipeline, given) => pipeline.eval(PUBLISH, 2, ...given))
    if (failed) throw failed
  }
}

function lifeOf({ activeTtlMs, finishedTtlMs }: Pick<NewsConfig, 'activeTtlMs' | 'finishedTtlMs'>) {
  return ({ status }: OrderSnapshot) => (isTerminal(status) ? finishedTtlMs : activeTtlMs)
}

/** Reads the hashes of active orders. */
export interface OrderCache {
  /** The order as Redis has it, or null where it has none (finished long ago, or Redis began anew). */
  get(accountId: string, orderId: string): Promise<OrderSnapshot | null>
  /** The same, with how long ago it was told, by the clock of Redis: those of services may differ. */
  aged(
    accountId: string,
    orderId: string,
  ): Promise<{ readonly order: OrderSnapshot; readonly ageMs: number } | null>
  /** The last seq that Redis has for each order, 0 where it has none. */
  lastSeqs(orders: readonly { readonly accountId: string; readonly orderId: string }[]): Promise<number[]>
  /** Drops the copy of an order that changed without an event, so that readers ask Postgres. */
  forget(accountId: string, orderId: string): Promise<void>
}

export function createOrderCache(
  redis: Redis,
  { prefix, shards, activeTtlMs, finishedTtlMs }: Omit<NewsConfig, 'maxLength'>,
): OrderCache {
  const ttlOf = lifeOf({ activeTtlMs, finishedTtlMs })
  const key = (accountId: string, orderId: string) =>
    orderHashKey(prefix, shardOf(accountId, shards), orderId)
  return {
    async get(accountId, orderId) {
      const text = await redis.hget(key(accountId, orderId), 'order')
      return text === null ? null : (JSON.parse(text) as OrderSnapshot)
    },
    async aged(accountId, orderId) {
      const at = key(accountId, orderId)
      const [text, left] = await Promise.all([redis.hget(at, 'order'), redis.pttl(at)])
      if (text === null) return null
      const order = JSON.parse(text) as OrderSnapshot
      return { order, ageMs: ttlOf(order) - left }
    },
    async forget(accountId, orderId) {
      await redis.del(key(accountId, orderId))
    },
    async lastSeqs(orders) {
      if (orders.length === 0) return []
      const pipeline = redis.pipeline()
      for (const { accountId, orderId } of orders) pipeline.hget(key(accountId, orderId), 'seq')
      const replies = (await pipeline.exec()) ?? []
      return replies.map(([error, seq]) => {
        if (error) throw error
        return Number(seq ?? 0)
      })
    },
  }
}
