import { orderEventsStream, orderHashKey, shardOf, type OrderNews } from '@fillstream/types'
import { groupBy, inGroupsOf, isTerminal, type OrderSnapshot } from '@fillstream/core'
import { type Redis } from 'ioredis'
import { createScript } from './script'

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
 * Appends the events of orders to their stream and sets the hash of each that this snapshot is newer of: one step, so that no reader
 * sees the one without the other. KEYS: stream, hash of each order. ARGV: maxlen, then of each order ttl, seq, snapshot, number of
 * events, events...
 */
const PUBLISH = `
local at = 2
for k = 2, #KEYS do
  local count = tonumber(ARGV[at + 3])
  for i = at + 4, at + 3 + count do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'e', ARGV[i])
  end
  local seen = tonumber(redis.call('HGET', KEYS[k], 'seq') or '0')
  if tonumber(ARGV[at + 1]) > seen then
    redis.call('HSET', KEYS[k], 'seq', ARGV[at + 1], 'order', ARGV[at + 2])
    redis.call('PEXPIRE', KEYS[k], ARGV[at])
  end
  at = at + 4 + count
end
`

/** Orders that one call tells of: nobody else is served meanwhile. */
const MAX_ORDERS = 100

/** Tells the news of orders, after their events are durable. Rejects when Redis is away; repeats are harmless. */
export type PublishOrders = (orders: readonly PublishedOrder[]) => Promise<void>

export function createPublisher(redis: Redis, config: NewsConfig): PublishOrders {
  const { prefix, shards, maxLength } = config
  const ttlOf = lifeOf(config)
  const publish = createScript(redis, PUBLISH)

  /** Orders of one shard. */
  async function tell(shard: number, orders: readonly PublishedOrder[]): Promise<void> {
    const keys = [
      orderEventsStream(prefix, shard),
      ...orders.map(({ order }) => orderHashKey(prefix, shard, order.orderId)),
    ]
    const values = orders.flatMap(({ order, news }) => [
      ttlOf(order),
      order.lastSeq,
      JSON.stringify(order),
      news.length,
      ...news.map((event) => JSON.stringify(event)),
    ])
    await publish(keys, [maxLength, ...values])
  }

  return async (orders) => {
    const byShard = groupBy(orders, ({ order }) => shardOf(order.accountId, shards))
    await Promise.all(
      [...byShard].flatMap(([shard, mine]) =>
        inGroupsOf(MAX_ORDERS, mine).map((group) => tell(shard, group)),
      ),
    )
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
