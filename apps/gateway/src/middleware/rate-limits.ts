import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible'
import { type Dependencies } from '../dependencies'

export type RateLimitName = 'default' | 'orders'

/** What a request's headers say of the limits, and after how many seconds to come back where one is used up. */
export interface RateLimitState {
  readonly headers: Readonly<Record<string, string>>
  readonly retryAfterSeconds: number | null
}

/** Counts a request against limits of its account. */
export type CountRequest = (accountId: string, names: readonly RateLimitName[]) => Promise<RateLimitState>

export interface RateLimitsConfig {
  readonly prefix: string
  readonly perSecond: Readonly<Record<RateLimitName, number>>
}

/** A limit is counted over this long, so that a burst passes where the mean is kept. */
const WINDOW_SECONDS = 10

interface Limit {
  readonly points: number
  readonly shared: RateLimiterAbstract
  readonly local: RateLimiterAbstract
}

/** Counts in Redis, shared by all copies of the gateway; in this copy's memory while Redis is away. */
export function createRateLimits(
  redis: object,
  { prefix, perSecond }: RateLimitsConfig,
  dependencies: Pick<Dependencies, 'isUp'>,
): CountRequest {
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
    return { points, shared, local }
  }
  const limits: Readonly<Record<RateLimitName, Limit>> = {
    default: limitOf('default'),
    orders: limitOf('orders'),
  }
  const policy = (names: readonly RateLimitName[]) =>
    names.map((name) => `"${name}";q=${limits[name].points};w=${WINDOW_SECONDS}`).join(', ')

  return async (accountId, names) => {
    const states = await Promise.all(
      names.map(async (name) => {
        const { shared, local } = limits[name]
        return { name, ...(await count(dependencies.isUp('redis') ? shared : local, accountId)) }
      }),
    )
    const refused = states.filter((state) => state.refused)
    return {
      headers: {
        'RateLimit-Policy': policy(names),
        RateLimit: states
          .map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`)
          .join(', '),
      },
      retryAfterSeconds:
        refused.length === 0 ? null : Math.max(1, ...refused.map(({ resetSeconds }) => resetSeconds)),
    }
  }
}

async function count(
  limiter: RateLimiterAbstract,
  accountId: string,
): Promise<{ remaining: number; resetSeconds: number; refused: boolean }> {
  const state = (result: RateLimiterRes, refused: boolean) => ({
    remaining: Math.max(0, result.remainingPoints),
    resetSeconds: Math.ceil(result.msBeforeNext / 1_000),
    refused,
  })
  try {
    return state(await limiter.consume(accountId), false)
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return state(refusal, true)
    throw refusal
  }
}
