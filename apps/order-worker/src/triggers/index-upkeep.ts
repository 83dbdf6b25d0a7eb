import { RELEASE_LEASE } from '@fillstream/messaging'
import { type Redis } from 'ioredis'
import { triggerKeys } from './trigger-index'

/** Some orders whose best price Postgres may not know yet. */
export interface RaisedOrders {
  readonly orderIds: readonly string[]
  readonly highWater: bigint
}

/** A part of one group of the index. */
export interface GroupPage {
  readonly orderIds: readonly string[]
  remove(orderIds: readonly string[]): Promise<void>
}

/** What keeps the index in step with Postgres. Every call rejects while Redis is away. */
export interface IndexUpkeep {
  /** Takes or renews the right to do it, for `leaseMs`. */
  lease(owner: string, leaseMs: number): Promise<boolean>
  release(owner: string): Promise<void>
  /** Whether the index has been filled from Postgres since Redis began. */
  isFilled(): Promise<boolean>
  markFilled(): Promise<void>
  /** How long ago all orders opened until then were in the index; null where that is not known. By the clock of Redis. */
  reconciledMsAgo(): Promise<number | null>
  markReconciled(msAgo: number): Promise<void>
  /** The entry of the stream of prices up to which all has been dealt with. */
  position(): Promise<string | null>
  savePosition(entry: string): Promise<void>
  /** At most `limit` orders of the groups whose best price rose, a different part each time. */
  raised(limit: number): Promise<RaisedOrders[]>
  /** The next part of the groups of limit and stop orders, round and round; null where there are none. */
  nextPage(limit: number): Promise<GroupPage | null>
}

/** KEYS: lease. ARGV: owner, ms. */
const LEASE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`

export function createIndexUpkeep(redis: Redis, prefix: string): IndexUpkeep {
  const base = triggerKeys(prefix)
  /** How far each group has come, and under which best price it began. */
  const progress = new Map<string, { readonly from: number; readonly since: string }>()
  let rounds: string[] = []
  let cursor = '0'

  async function now(): Promise<number> {
    const [seconds, micros] = await redis.time()
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
  }

  async function pricedGroups(): Promise<string[]> {
    const pairs = await redis.smembers(`${base}:pairs`)
    const groups = await Promise.all(
      pairs.map(async (pair) =>
        (await redis.smembers(`${base}:groups:${pair}`)).map((group) => `${base}:${pair}:${group}`),
      ),
    )
    return groups.flat().filter((key) => !key.includes(':trailingStop:'))
  }

  return {
    lease: async (owner, leaseMs) => (await redis.eval(LEASE, 1, `${base}:keeper`, owner, leaseMs)) === 1,
    async release(owner) {
      await redis.eval(RELEASE_LEASE, 1, `${base}:keeper`, owner)
    },
    isFilled: async () => (await redis.exists(`${base}:filled`)) === 1,
    async markFilled() {
      await redis.set(`${base}:filled`, 1)
    },
    async reconciledMsAgo() {
      const at = await redis.get(`${base}:reconciled`)
      return at === null ? null : Math.max(0, (await now()) - Number(at))
    },
    async markReconciled(msAgo) {
      await redis.set(`${base}:reconciled`, Math.floor((await now()) - msAgo))
    },
    position: () => redis.get(`${base}:position`),
    async savePosition(entry) {
      await redis.set(`${base}:position`, entry)
    },
    async raised(limit) {
      const found: RaisedOrders[] = []
      let left = limit
      for (const name of await redis.srandmember(`${base}:raised`, limit)) {
        if (left <= 0) break
        const [pair = '', group = '', high = ''] = name.split(' ')
        const key = `${base}:${pair}:${group}`
        const { from, since } = progress.get(key) ?? { from: 0, since: high }
        const orderIds = await redis.zrange(`${key}:bucket:${high}`, from, from + left - 1)
        left -= orderIds.length
        if (orderIds.length > 0) found.push({ orderIds, highWater: BigInt(high) })
        if (from + orderIds.length < (await redis.zcard(`${key}:bucket:${high}`))) {
          progress.set(key, { from: from + orderIds.length, since })
          continue
        }
        progress.delete(key)
        // Where it rose meanwhile, the first ones come again.
        if (since === high) await redis.srem(`${base}:raised`, name)
      }
      return found
    },
    async nextPage(limit) {
      if (cursor === '0') rounds = rounds.slice(1)
      if (rounds.length === 0) rounds = await pricedGroups()
      const [key] = rounds
      if (key === undefined) return null
      const [next, entries] = await redis.zscan(key, cursor, 'COUNT', limit)
      cursor = next
      return {
        orderIds: entries.filter((_, i) => i % 2 === 0),
        async remove(orderIds) {
          if (orderIds.length > 0) await redis.zrem(key, ...orderIds)
        },
      }
    },
  }
}
