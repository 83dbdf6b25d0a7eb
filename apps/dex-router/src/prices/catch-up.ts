import { isPoolOpen, poolAsOf } from '@fillstream/core'
import { type PairPrices, type TokenPair } from '@fillstream/messaging'
import { type SlotLog } from '../adapters/venue-api/slot-log'
import { pairKeyOf, pairOf, pairPrices } from './pair-prices'

/** A pair and the slot of its last published price. */
export interface PairBehind {
  readonly pair: TokenPair
  readonly lastSlot: number
}

export interface CatchUpResult {
  /** Slots with changes that were gone through. */
  readonly slots: number
  /** The first slot that the log still knew, where that is later than what was needed; else null. */
  readonly lostBefore: number | null
}

const PAGE = 100

/**
 * Goes through the slots that these pairs have missed and hands over their prices, slot by slot. Rejects where the log can't be read or
 * `publish` rejects; what was published stays.
 */
export async function catchUp(
  slotLog: SlotLog,
  behind: readonly PairBehind[],
  { now, signal }: { readonly now: () => number; readonly signal: AbortSignal },
  publish: (prices: readonly PairPrices[]) => Promise<unknown>,
): Promise<CatchUpResult> {
  const wanted = new Map(behind.map((one) => [pairKeyOf(one.pair), one]))
  const needed = Math.min(...behind.map(({ lastSlot }) => lastSlot)) + 1
  let from = needed
  let slots = 0
  let lostBefore: number | null = null
  while (!signal.aborted) {
    const page = await slotLog.read(from, PAGE, signal)
    if (from === needed && page.from > needed) lostBefore = page.from
    const pools = new Map(page.pools.map((pool) => [pool.address, pool]))
    for (const item of page.items) {
      for (const pool of item.pools) pools.set(pool.address, pool)
      const changed = new Map(item.pools.map((pool) => [pairKeyOf(pairOf(pool)), pairOf(pool)]))
      const prices = [...changed].flatMap(([key, pair]) => {
        const one = wanted.get(key)
        if (one === undefined || item.slot <= one.lastSlot) return []
        const slot = BigInt(item.slot)
        const at = now()
        const trading = [...pools.values()]
          .filter((pool) => pairKeyOf(pairOf(pool)) === key)
          .filter((pool) => isPoolOpen(pool, slot, BigInt(Math.floor(at / 1_000))))
          .map((pool) => poolAsOf(pool, slot))
        return [pairPrices(pair, trading, item.slot, new Date(at).toISOString())]
      })
      if (prices.length > 0) await publish(prices)
      slots += 1
    }
    if (page.items.length < PAGE) break
    from = page.to + 1
  }
  return { slots, lostBefore }
}
