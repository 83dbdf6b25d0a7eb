import { Redis } from 'ioredis'
import { type Logger } from './logger'
import { writeOncePerTurn } from './one-write'

/**
 * `producer`: fails fast, nothing waits for a Redis that is away. `worker`: retries for ever, as blocking
 * readers and BullMQ workers need.
 */
export type RedisRole = 'producer' | 'worker'

/** A connection that reconnects by itself; its errors are logged, at most one line per outage. */
export function createRedis(url: string, role: RedisRole, logger: Logger): Redis {
  const redis = new Redis(url, {
    ...(role === 'producer'
      ? { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 3_000 }
      : { maxRetriesPerRequest: null }),
    connectTimeout: 5_000,
    keepAlive: 10_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
    reconnectOnError: (error) => /^(READONLY|LOADING|UNBLOCKED)/.test(error.message),
  })
  redis.on('connect', () => writeOncePerTurn(redis.stream))
  let away = false
  redis.on('error', (error: Error) => {
    if (!away) logger.warn('redis is away', { reason: error.message || error.name })
    away = true
  })
  redis.on('ready', () => {
    if (away) logger.info('redis is back')
    away = false
  })
  return redis
}

/** Waits until the connection is usable, at most `timeoutMs`; rejects with the reason. */
export async function redisReady(redis: Redis, timeoutMs = 5_000): Promise<void> {
  if (redis.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => done(new Error(`redis did not answer within ${timeoutMs} ms`)), timeoutMs)
    const onReady = () => done()
    function done(error?: Error) {
      clearTimeout(timer)
      redis.off('ready', onReady)
      if (error) reject(error)
      else resolve()
    }
    redis.once('ready', onReady)
  })
}

/** Ends a connection: politely where Redis answers, at once where it does not. */
export function closeRedis(redis: Redis): Promise<void> {
  // Between two attempts ioredis has nothing open that could end: what waits would wait for ever.
  if (redis.status === 'reconnecting') redis.connect().catch(() => undefined)
  redis.disconnect()
  return Promise.resolve()
}

/**
 * Ends the connection of a loop that reads, and waits for the loop. Also where Redis is away: a command that was cut off with
 * an earlier connection is neither answered nor rejected by ioredis, and the loop that waits for it is left behind.
 */
export async function closeRedisLoop(redis: Redis, loop: Promise<void>): Promise<void> {
  const ended =
    redis.status === 'end' ? Promise.resolve() : new Promise<void>((resolve) => redis.once('end', resolve))
  await closeRedis(redis)
  await Promise.race([loop, ended])
}

/** Refuses a Redis that may evict keys (queued work would vanish); warns of one without an append-only file. */
export async function assertRedisKeepsKeys(redis: Redis, logger: Logger): Promise<void> {
  const settings = await redis.config('GET', 'maxmemory-policy').catch(() => null)
  const policy = Array.isArray(settings) ? String(settings[1]) : null
  if (policy !== null && policy !== 'noeviction') {
    throw new Error(
      `Redis runs with maxmemory-policy ${policy}: set it to noeviction, or queued work may be evicted`,
    )
  }
  const aof = await redis.config('GET', 'appendonly').catch(() => null)
  if (Array.isArray(aof) && aof[1] === 'no')
    logger.warn('redis runs without an append-only file: a crash of it means a rebuild from Postgres')
}
