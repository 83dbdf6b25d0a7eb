import { pairId, type PriceEvent } from '@fillstream/types'
import { judge } from './judge'
import { type TriggerParts } from './trigger-parts'

/** Orders taken out of the index at once. */
const BATCH = 500
/** Batches being decided on at once. */
const MAX_JUDGING = 4

/** Brings prices to the orders that wait for them. */
export interface PriceApplier {
  /** Rejects where Redis is away; what a price took out by then is still decided on. */
  apply(price: PriceEvent): Promise<void>
  /** Resolves when all orders that were taken out have been decided on, or left to lapse. */
  settled(): Promise<void>
}

export function createPriceApplier(parts: TriggerParts): PriceApplier {
  const judging = new Set<Promise<void>>()
  return {
    async apply(price) {
      const known = parts.lastPrices.get(pairId(price))
      if (known === undefined || known.slot <= price.slot) parts.lastPrices.set(pairId(price), price)
      const heardAt = parts.clock.monotonic()
      for (let more = true; more;) {
        const crossed = await parts.index.apply(price, BATCH, parts.config.TRIGGER_LEASE_MS)
        more = crossed.more
        if (crossed.candidates.length === 0) continue
        const work = judge(parts, crossed.candidates, price)
          .then(() => parts.events.triggersDecided((parts.clock.monotonic() - heardAt) / 1_000))
          .catch((error: unknown) => parts.events.loopFailed('deciding on triggers', error))
          .finally(() => judging.delete(work))
        judging.add(work)
        if (judging.size >= MAX_JUDGING) await Promise.race(judging)
      }
    },
    async settled() {
      while (judging.size > 0) await Promise.all(judging)
    },
  }
}
