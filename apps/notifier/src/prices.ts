import { type LastPrices } from '@fillstream/messaging'
import { pairId, type PriceEvent } from '@fillstream/types'
import { messageFrame, type Frame } from './frames'

/** A price as it goes to clients. */
export interface PriceFrame {
  readonly slot: number
  readonly frame: Frame
}

/** What pairs can be traded at: the last price of each, and whoever wants to hear of the next. */
export interface Prices {
  /** As they came from the stream; those of a slot that is passed are left out. */
  onPrices(prices: readonly PriceEvent[]): Promise<void>
  /** By pair id; null where the pair has no price. Rejects where it would have to be asked for and Redis is away. */
  last(id: string): Promise<PriceEvent | null>
  /** Tells `listener` every new price of the pair; the returned function ends that. */
  listen(id: string, listener: (price: PriceFrame) => void): () => void
}

export function createPrices(lastPrices: Pick<LastPrices, 'get'>): Prices {
  const known = new Map<string, PriceEvent>()
  const listeners = new Map<string, Set<(price: PriceFrame) => void>>()
  return {
    onPrices(prices) {
      for (const price of prices) {
        const id = pairId(price)
        if ((known.get(id)?.slot ?? -1) >= price.slot) continue
        known.set(id, price)
        const those = listeners.get(id)
        if (those === undefined) continue
        const { slot, at } = price
        const frame = messageFrame({ type: 'event', channel: 'prices', id, at, data: price })
        for (const listener of those) listener({ slot, frame })
      }
      return Promise.resolve()
    },
    last: async (id) => known.get(id) ?? (await lastPrices.get(id)),
    listen(id, listener) {
      const those = listeners.get(id) ?? new Set()
      listeners.set(id, those.add(listener))
      return () => {
        those.delete(listener)
        if (those.size === 0 && listeners.get(id) === those) listeners.delete(id)
      }
    },
  }
}
