import { pairId, type PriceEvent } from '@fillstream/types'
import { judge, type Taken } from './judge'
import { type TriggerParts } from './trigger-parts'

/** Orders decided on at once. */
const BATCH = 500
/** Batches being decided on. */
const MAX_JUDGING = 4
/** Orders taken out that wait for it; until there is room no more of the same pair are taken. */
const MAX_WAITING = 2_000

/** Brings prices to the orders that wait for them. */
export interface PriceApplier {
  /** Rejects where Redis is away; what a price took out by then is still decided on. */
  apply(price: PriceEvent): Promise<void>
  /** Resolves when all orders that were taken out have been decided on, or left to lapse. */
  settled(): Promise<void>
}

export function createPriceApplier(parts: TriggerParts): PriceApplier {
  const { index, events, clock, config, lastPrices } = parts
  const waiting: (Taken & { readonly heardAt: number })[] = []
  const judging = new Set<Promise<void>>()

  function judgeWaiting(): void {
    while (waiting.length > 0 && judging.size < MAX_JUDGING) {
      const batch = waiting.splice(0, BATCH)
      const work = judge(parts, batch)
        .then(() => {
          for (const { heardAt } of batch) events.triggerDecided((clock.monotonic() - heardAt) / 1_000)
        })
        .catch((error: unknown) => events.loopFailed('deciding on triggers', error))
        .finally(() => {
          judging.delete(work)
          judgeWaiting()
        })
      judging.add(work)
    }
  }

  return {
    async apply(price) {
      const known = lastPrices.get(pairId(price))
      if (known === undefined || known.slot <= price.slot) lastPrices.set(pairId(price), price)
      const heardAt = clock.monotonic()
      for (let more = true; more;) {
        const crossed = await index.apply(price, BATCH, config.TRIGGER_LEASE_MS)
        more = crossed.more
        waiting.push(...crossed.candidates.map((candidate) => ({ candidate, price, heardAt })))
        judgeWaiting()
        while (waiting.length >= MAX_WAITING) await Promise.race(judging)
      }
    },
    async settled() {
      while (judging.size > 0) await Promise.race(judging)
    },
  }
}
