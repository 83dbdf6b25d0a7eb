import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible'
import { type Clock } from '@fillstream/runtime'
import { type Dependencies } from '../dependencies'
import { createSharedCount, type CountTogether, type SharedCount, type Used } from './shared-count'

export type RateLimitName = 'default' | 'orders'

/** What a request's headers say of the limits, and after how many seconds to come back where one is used up. */
export interface RateLimitState {
  readonly headers: Readonly<Record<string, string>>
  readonly retryAfterSeconds: number | null
}

/** Counts a request against limits of its account. */
export type CountRequest = (accountId: string, names: readonly RateLimitName[]) => Promise<RateLimitState>

export interface RateLimits {
  readonly count: CountRequest
  close(): Promise<void>
}

export interface RateLimitsConfig {
  readonly prefix: string
  readonly perSecond: Readonly<Record<RateLimitName, number>>
}

/** A limit is counted over this long, so that a burst passes where the mean is kept. */
const WINDOW_SECONDS = 10

interface Limit {
  readonly name: RateLimitName
  readonly points: number
  /** What `RateLimit-Policy` says of it. */
  readonly told: string
  readonly counted: SharedCount
}

/**
 * Counts in Redis, shared by all copies of the gateway; in this copy's memory while Redis is away. An account that is far from a limit
 * does not wait for that (`createSharedCount`).
 */
export function createRateLimits(
  redis: object,
  { prefix, perSecond }: RateLimitsConfig,
  { dependencies, clock }: { readonly dependencies: Pick<Dependencies, 'isUp'>; readonly clock: Clock },
): RateLimits {
  const limitOf = (name: RateLimitName): Limit => {
    const points = perSecond[name] * WINDOW_SECONDS
    const options = { keyPrefix: `${prefix}:rate:${name}`, points, duration: WINDOW_SECONDS }
    const local = new RateLimiterMemory(options)
    const shared = new RateLimiterRedis({
      ...options,
      storeClient: redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: local,
      inMemoryBlockOnConsumed: points + 1,
    })
    const limiter = () => (dependencies.isUp('redis') ? shared : local)
    const together: CountTogether = (accountId, requests) => consume(limiter(), points, accountId, requests)
    return {
      name,
      points,
      told: `"${name}";q=${points};w=${WINDOW_SECONDS}`,
      counted: createSharedCount(together, { points, clock }),
    }
  }
  const limits: Readonly<Record<RateLimitName, Limit>> = {
    default: limitOf('default'),
    orders: limitOf('orders'),
  }

  return {
    async count(accountId, names) {
      const mine = names.map((name) => limits[name])
      const uses = mine.map(({ counted }) => counted.count(accountId))
      return stateOf(
        mine,
        uses.some((use) => use instanceof Promise) ? await Promise.all(uses) : (uses as Used[]),
      )
    },
    async close() {
      await Promise.all(Object.values(limits).map(({ counted }) => counted.close()))
    },
  }
}

function stateOf(limits: readonly Limit[], uses: readonly Used[]): RateLimitState {
  let policy = ''
  let left = ''
  let retryAfterSeconds: number | null = null
  for (const [i, { name, points, told }] of limits.entries()) {
    const { used, resetMs } = uses[i] as Used
    const resetSeconds = Math.ceil(resetMs / 1_000)
    const comma = i === 0 ? '' : ', '
    policy += comma + told
    left += `${comma}"${name}";r=${Math.max(0, points - used)};t=${resetSeconds}`
    if (used > points) retryAfterSeconds = Math.max(retryAfterSeconds ?? 1, resetSeconds)
  }
  return { headers: { 'RateLimit-Policy': policy, RateLimit: left }, retryAfterSeconds }
}

/** Counts so many requests at once; `used` is the last one's. */
async function consume(
  limiter: RateLimiterAbstract,
  points: number,
  accountId: string,
  requests: number,
): Promise<Used> {
  const state = ({ consumedPoints, msBeforeNext }: RateLimiterRes) => ({
    // An account that is known to have used up its points is refused without being counted.
    used: consumedPoints > 0 ? consumedPoints : points + requests,
    resetMs: msBeforeNext,
  })
  try {
    return state(await limiter.consume(accountId, requests))
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return state(refusal)
    throw refusal
  }
}
