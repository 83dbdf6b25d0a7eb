import { type Outbox } from './outbox'
import { type PriceFrame } from './prices'

/** Sends prices to one client, and only the newest to one that reads slowly: an old price is worth nothing. */
export interface NewestPrice {
  offer(price: PriceFrame): void
  /** The client has this slot's price: what was offered until now goes out if it is newer. */
  start(slot: number): void
  stop(): void
}

export function createNewestPrice(
  outbox: Pick<Outbox, 'send' | 'full' | 'room'>,
  onSent: () => void,
): NewestPrice {
  let slot: number | null = null
  let newest: PriceFrame | null = null
  let waiting = false
  let stopped = false

  function send(): void {
    if (stopped || slot === null || newest === null) return
    if (newest.slot > slot) {
      outbox.send(newest.frame)
      onSent()
      slot = newest.slot
    }
    newest = null
  }

  function sendSoon(): void {
    if (waiting) return
    if (!outbox.full()) return send()
    waiting = true
    void outbox.room().then(() => {
      waiting = false
      send()
    })
  }

  return {
    offer(price) {
      newest = price
      sendSoon()
    },
    start(from) {
      slot = from
      sendSoon()
    },
    stop() {
      stopped = true
    },
  }
}
