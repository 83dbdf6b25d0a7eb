import { RELEASE_LEASE } from '@fillstream/messaging'
import { sniperLeaseKey } from '@fillstream/types'
import { type Redis } from 'ioredis'

/** Which copy prepares a sniper order: an economy. That an order is bought once is the append's to see to. */
export interface SniperLeases {
  /** True where nobody else has it. Rejects, like the others, while Redis is away. */
  take(orderId: string): Promise<boolean>
  renew(orderIds: readonly string[]): Promise<void>
  giveBack(orderId: string): Promise<void>
}

/** How long an order of a copy that died waits for another. */
const LEASE_MS = 3_000

const RENEW = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end`

export function createSniperLeases(redis: Redis, prefix: string, owner: string): SniperLeases {
  const keyOf = (orderId: string) => sniperLeaseKey(prefix, orderId)
  return {
    async take(orderId) {
      return (await redis.set(keyOf(orderId), owner, 'PX', LEASE_MS, 'NX')) === 'OK'
    },
    async renew(orderIds) {
      if (orderIds.length === 0) return
      const pipeline = redis.pipeline()
      for (const orderId of orderIds) pipeline.eval(RENEW, 1, keyOf(orderId), owner, LEASE_MS)
      await pipeline.exec()
    },
    async giveBack(orderId) {
      await redis.eval(RELEASE_LEASE, 1, keyOf(orderId), owner)
    },
  }
}
