import { epochKey, orderEventsStream, type OrderNews } from '@fillstream/types'
import { closeRedisLoop, createRedis, type Clock, type IdSource, type Logger } from '@fillstream/runtime'
import { readNews } from './news-entry'
import { type NewsConfig } from './order-news'

export interface NewsReader {
  stop(): Promise<void>
}

export interface NewsReaderConfig extends Pick<NewsConfig, 'prefix' | 'shards'> {
  readonly redisUrl: string
}

const BLOCK_MS = 1_000
const BATCH = 500

/**
 * Reads the event streams plainly, each reader from its own position, starting at the end. Repeats and swaps
 * reach `onNews` as they come; more are read when it has done with them. `onReset` is called when Redis began anew
 * (the epoch changed) or was away: news may have been missed, and subscriptions are to be repaired from Postgres.
 */
export function startNewsReader(
  config: NewsReaderConfig,
  deps: { readonly clock: Clock; readonly ids: IdSource; readonly logger: Logger },
  handlers: { onNews(news: readonly OrderNews[]): void | Promise<void>; onReset(): void },
): NewsReader {
  const { clock, ids, logger } = deps
  const redis = createRedis(config.redisUrl, 'worker', logger)
  const streams = Array.from({ length: config.shards }, (_, shard) => orderEventsStream(config.prefix, shard))
  let positions: string[] = []
  let epoch: string | null = null
  let lookedAt = -Infinity
  let stopped = false

  async function reposition(): Promise<void> {
    lookedAt = clock.monotonic()
    await redis.set(epochKey(config.prefix), ids.uuid(), 'NX')
    const current = await redis.get(epochKey(config.prefix))
    if (current === epoch && positions.length > 0) return
    const first = epoch === null
    epoch = current
    positions = await Promise.all(
      streams.map(async (stream) => {
        const [last] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1)
        return last?.[0] ?? '0-0'
      }),
    )
    if (!first) handlers.onReset()
  }

  async function turn(): Promise<void> {
    // While news flow this would be two round trips before each read, for what happens once in a blue moon.
    if (positions.length === 0 || clock.monotonic() - lookedAt >= BLOCK_MS) await reposition()
    const answer = await redis.xread('COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', ...streams, ...positions)
    for (const [stream, entries] of answer ?? []) {
      const last = entries.at(-1)
      if (!last) continue
      positions[streams.indexOf(stream)] = last[0]
      const news = entries.map(([, fields]) => readNews(fields)).filter((event) => event !== null)
      if (news.length > 0) await handlers.onNews(news)
    }
  }

  const running = (async () => {
    while (!stopped) {
      try {
        await turn()
      } catch (error) {
        if (stopped) return
        logger.warn('reading the event streams failed', { error })
        positions = []
        await clock.sleep(250)
      }
    }
  })()

  return {
    async stop() {
      stopped = true
      await closeRedisLoop(redis, running)
    },
  }
}
