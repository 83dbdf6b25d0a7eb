import { launchEventSchema, launchesStream, launchToldKey, type LaunchEvent } from '@fillstream/types'
import { closeRedisLoop, createRedis, type Clock, type Logger } from '@fillstream/runtime'
import { type Redis } from 'ioredis'

/** KEYS: told, stream. ARGV: how long it counts as told, stream length, launch. */
const PUBLISH = `
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'l', ARGV[3])
return 1
`
const TOLD_MS = 24 * 60 * 60_000
const STREAM_LENGTH = 500

/** Tells a launch, once for each pool: false where it was told before. Rejects while Redis is away. */
export type PublishLaunch = (launch: LaunchEvent) => Promise<boolean>

export function createLaunchPublisher(redis: Redis, prefix: string): PublishLaunch {
  return async (launch) => {
    const keys = [launchToldKey(prefix, launch.pool), launchesStream(prefix)] as const
    return (await redis.eval(PUBLISH, 2, ...keys, TOLD_MS, STREAM_LENGTH, JSON.stringify(launch))) === 1
  }
}

export interface LaunchReader {
  stop(): Promise<void>
}

const BLOCK_MS = 1_000
const BATCH = 100
const PAUSE_MS = 250

/**
 * Reads the launches plainly: every reader hears of all of them, first those that the stream still has (some hundred).
 * After a failure it begins anew, so launches may come twice: they are known by their pools.
 */
export function startLaunchReader(
  { redisUrl, prefix }: { readonly redisUrl: string; readonly prefix: string },
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  onLaunches: (launches: readonly LaunchEvent[]) => void,
): LaunchReader {
  const redis = createRedis(redisUrl, 'worker', logger)
  const stream = launchesStream(prefix)
  let position = '0-0'
  let stopped = false

  const running = (async () => {
    while (!stopped) {
      try {
        const answer = await redis.xread('COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', stream, position)
        for (const [, entries] of answer ?? []) {
          onLaunches(entries.flatMap(([, fields]) => parseLaunch(fields[1] ?? '') ?? []))
          position = entries.at(-1)?.[0] ?? position
        }
      } catch (error) {
        if (stopped) return
        logger.warn('reading the launches failed', { error })
        position = '0-0'
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

function parseLaunch(text: string): LaunchEvent | null {
  try {
    const parsed = launchEventSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
