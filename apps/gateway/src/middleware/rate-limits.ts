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
  readonly count: Count
}

/** How often the account has used the limit, this time included, and how long until it begins anew. */
interface Used {
  readonly used: number
  readonly resetSeconds: number
}
type Count = (accountId: string) => Promise<Used>

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
    const limiter = () => (dependencies.isUp('redis') ? shared : local)
    return {
      points,
      count: inGroups((accountId, requests) => consume(limiter(), points, accountId, requests)),
    }
  }
  const limits: Readonly<Record<RateLimitName, Limit>> = {
    default: limitOf('default'),
    orders: limitOf('orders'),
  }
  const policy = (names: readonly RateLimitName[]) =>
    names.map((name) => `"${name}";q=${limits[name].points};w=${WINDOW_SECONDS}`).join(', ')

  return async (accountId, names) => {
    const states = await Promise.all(
      names.map(async (name) => ({ name, ...limits[name], ...(await limits[name].count(accountId)) })),
    )
    const refused = states.filter(({ used, points }) => used > points)
    return {
      headers: {
        'RateLimit-Policy': policy(names),
        RateLimit: states
          .map(({ name, points, used, resetSeconds }) => {
            return `"${name}";r=${Math.max(0, points - used)};t=${resetSeconds}`
          })
          .join(', '),
      },
      retryAfterSeconds:
        refused.length === 0 ? null : Math.max(1, ...refused.map(({ resetSeconds }) => resetSeconds)),
    }
  }
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
    resetSeconds: Math.ceil(msBeforeNext / 1_000),
  })
  try {
    return state(await limiter.consume(accountId, requests))
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return state(refusal)
    throw refusal
  }
}

/**
 * One count at a time for each account: requests that come while one is under way are counted together by the next, each as the one
 * that it is. An account under load costs Redis few calls, and nobody is counted otherwise than alone.
 */
function inGroups(count: (accountId: string, requests: number) => Promise<Used>): Count {
  const groups = new Map<
    string,
    { size: number; readonly counted: Promise<Used & { readonly size: number }> }
  >()
  const running = new Map<string, Promise<unknown>>()

  async function run(accountId: string): Promise<Used & { readonly size: number }> {
    await running.get(accountId)
    const size = groups.get(accountId)?.size ?? 0
    groups.delete(accountId)
    const counting = count(accountId, size)
    const settled = counting.then(
      () => undefined,
      () => undefined,
    )
    running.set(accountId, settled)
    void settled.then(() => {
      if (running.get(accountId) === settled) running.delete(accountId)
    })
    return { ...(await counting), size }
  }

  return async (accountId) => {
    let group = groups.get(accountId)
    if (!group) {
      group = { size: 0, counted: run(accountId) }
      groups.set(accountId, group)
    }
    group.size += 1
    const place = group.size
    const { used, resetSeconds, size } = await group.counted
    return { used: used - size + place, resetSeconds }
  }
}
