import { pricesStream, type PriceEvent } from '@fillstream/types'
import { closeRedisLoop, createRedis, type Clock, type Logger } from '@fillstream/runtime'
import { parsePrice } from './price-board'

export interface PriceReader {
  stop(): Promise<void>
}

export interface PriceReaderConfig {
  readonly redisUrl: string
  readonly prefix: string
}

export interface PriceHandlers {
  /**
   * Where to read from: an entry of the stream that has been dealt with; null: only what comes from now on. Asked at the
   * start and after every failure.
   */
  position(): Promise<string | null>
  /** The next events in turn, `last` the entry that they end with. More are read when it has done with them; where it rejects, they come again. */
  onPrices(events: readonly PriceEvent[], last: string): Promise<void>
}

const BLOCK_MS = 1_000
const BATCH = 200
const PAUSE_MS = 250

/** Reads the stream of prices plainly: every reader reads all of them. */
export function startPriceReader(
  { redisUrl, prefix }: PriceReaderConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  handlers: PriceHandlers,
): PriceReader {
  const redis = createRedis(redisUrl, 'worker', logger)
  const stream = pricesStream(prefix)
  let position: string | null = null
  let stopped = false

  async function endOfStream(): Promise<string> {
    const [last] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1)
    return last?.[0] ?? '0-0'
  }

  async function turn(): Promise<void> {
    position ??= (await handlers.position()) ?? (await endOfStream())
    const answer = await redis.xread('COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', stream, position)
    for (const [, entries] of answer ?? []) {
      const last = entries.at(-1)
      if (last === undefined) continue
      const events = entries.flatMap(([, fields]) => parsePrice(fields[1] ?? '') ?? [])
      await handlers.onPrices(events, last[0])
      position = last[0]
    }
  }

  const running = (async () => {
    while (!stopped) {
      try {
        await turn()
      } catch (error) {
        if (stopped) return
        logger.warn('reading the prices failed', { error })
        position = null
        await clock.sleep(PAUSE_MS)
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
