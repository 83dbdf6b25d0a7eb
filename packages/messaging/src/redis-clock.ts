import { type Clock } from '@fillstream/runtime'
import { type Redis } from 'ioredis'

/** The clock of Redis: the one that all copies of all services have in common, whatever their own say. */
export interface RedisClock {
  /** Milliseconds since 1970. Rejects when Redis is away and has not been asked before. */
  now(): Promise<number>
}

const REFRESH_MS = 10_000

/** Asks Redis now and then, and goes on from its answer on the monotonic clock in between. */
export function createRedisClock(redis: Pick<Redis, 'time'>, clock: Clock): RedisClock {
  let offsetMs = 0
  let askedAtMs = -Infinity
  return {
    async now() {
      if (clock.monotonic() - askedAtMs > REFRESH_MS) {
        const [seconds, micros] = await redis.time()
        offsetMs = Number(seconds) * 1_000 + Number(micros) / 1_000 - clock.monotonic()
        askedAtMs = clock.monotonic()
      }
      return clock.monotonic() + offsetMs
    },
  }
}
