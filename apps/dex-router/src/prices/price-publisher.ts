import { type PriceBoard, type TokenPair } from '@fillstream/messaging'
import { startLoop, type Clock } from '@fillstream/runtime'
import { type SlotLog } from '../adapters/venue-api/slot-log'
import { type PoolBook } from '../book/pool-book'
import { type RouterEvents } from '../events'
import { catchUp } from './catch-up'
import { pairKeyOf, pairOf, pairPrices } from './pair-prices'

export interface PricePublisher {
  /** Publishes no more, and lets the other copies take over at once. */
  stop(): Promise<void>
}

export interface PricePublisherParts {
  readonly book: PoolBook
  /** Null until the chain is known. */
  readonly board: () => PriceBoard | null
  readonly slotLog: SlotLog
  readonly clock: Clock
  readonly events: RouterEvents
  /** This process, as the owner of leases. */
  readonly owner: string
  /** How long a copy that died keeps the others from publishing. */
  readonly leaseMs: number
}

/** The pools of a slot are told one by one: those that come within this long are one price. */
const GATHER_MS = 2

interface PublishedPair {
  readonly pair: TokenPair
  /** Null where nothing was published on this chain. */
  lastSlot: number | null
}

/**
 * Publishes what can be traded whenever a pool has changed, for the pairs that this copy holds. A pair that it has taken over, and every
 * pair after the following broke off, is first caught up from the log of slots.
 */
export function startPricePublisher(parts: PricePublisherParts): PricePublisher {
  const { book, slotLog, clock, events, owner, leaseMs } = parts
  const changed = new Map<string, bigint>()
  const held = new Map<string, PublishedPair>()
  let heldAt = -Infinity
  let session = -1
  let waitsForSlot = false

  const unlisten = book.listen({
    poolChanged(pool, slot) {
      const key = pairKeyOf(pairOf(pool))
      const known = changed.get(key) ?? 0n
      changed.set(key, slot > known ? slot : known)
      loop.wake()
    },
    slotSeen() {
      if (waitsForSlot) loop.wake()
    },
  })

  const pairs = () => new Map(book.all().map((pool) => [pairKeyOf(pairOf(pool)), pairOf(pool)]))

  async function hold(board: PriceBoard): Promise<void> {
    const wanted = [...pairs()]
    const answers = await board.hold(
      owner,
      wanted.map(([, pair]) => pair),
      leaseMs,
    )
    heldAt = clock.monotonic()
    wanted.forEach(([key, pair], i) => {
      const { held: mine, lastSlot } = answers[i] ?? { held: false, lastSlot: null }
      const known = held.get(key)
      if (!mine) {
        held.delete(key)
        return
      }
      // Redis that has forgotten a price is told it again.
      if (known === undefined || lastSlot === null || waitsToOpen(pair)) touch(key)
      if (known === undefined) held.set(key, { pair, lastSlot })
      else if (lastSlot === null) known.lastSlot = null
    })
    events.pricesHeld(held.size)
  }

  function waitsToOpen({ mintA, mintB }: TokenPair): boolean {
    return book.ofPair(mintA, mintB).length > book.tradable(mintA, mintB).length
  }

  function touch(key: string): void {
    if (!changed.has(key)) changed.set(key, book.lastSlot() ?? 0n)
  }

  async function fillGap(board: PriceBoard, keys: readonly string[], signal: AbortSignal): Promise<void> {
    const behind = keys.flatMap((key) => {
      const one = held.get(key)
      return one === undefined || one.lastSlot === null ? [] : [{ pair: one.pair, lastSlot: one.lastSlot }]
    })
    if (behind.length === 0) return
    try {
      const result = await catchUp(slotLog, behind, { now: () => clock.now(), signal }, async (prices) => {
        await board.publish(owner, prices)
        for (const { pair, slot } of prices) {
          const one = held.get(pairKeyOf(pair))
          if (one !== undefined) one.lastSlot = slot
        }
      })
      events.pricesCaughtUp(behind.length, result.slots, result.lostBefore)
    } catch (error) {
      events.pricesLost(error)
    }
  }

  const at = () => new Date(clock.now()).toISOString()

  async function publishChanged(board: PriceBoard): Promise<void> {
    waitsForSlot = false
    const seen = Number(book.lastSlot() ?? 0n)
    const prices = [...changed].flatMap(([key, slot]) => {
      const one = held.get(key)
      if (one === undefined) {
        changed.delete(key)
        return []
      }
      // What comes late for a slot that was published already is the price of the next one.
      const own = Math.max(Number(slot), (one.lastSlot ?? -1) + 1)
      if (own > seen) {
        waitsForSlot = true
        return []
      }
      changed.delete(key)
      const { mintA, mintB } = one.pair
      return [{ one, prices: pairPrices(one.pair, book.tradable(mintA, mintB), own, at()) }]
    })
    if (prices.length === 0) return
    const published = await board
      .publish(
        owner,
        prices.map((entry) => entry.prices),
      )
      .catch((error: unknown) => {
        for (const { one } of prices) touch(pairKeyOf(one.pair))
        throw error
      })
    prices.forEach(({ one, prices: { slot } }, i) => {
      if (published[i] === true) one.lastSlot = slot
      else held.delete(pairKeyOf(one.pair))
    })
    events.pricesPublished(published.filter(Boolean).length)
  }

  async function turn(signal: AbortSignal): Promise<void> {
    const board = parts.board()
    if (board === null || book.status() !== 'live') return
    const before = new Set(held.keys())
    const gap = session !== book.sessions
    if (gap || clock.monotonic() - heldAt >= leaseMs / 3) await hold(board)
    session = book.sessions
    await fillGap(
      board,
      [...held.keys()].filter((key) => gap || !before.has(key)),
      signal,
    )
    if (changed.size === 0) return
    await clock.sleep(GATHER_MS, signal).catch(() => undefined)
    await publishChanged(board)
  }

  const loop = startLoop(clock, leaseMs / 3, turn, (error) => events.publishingFailed(error))

  return {
    async stop() {
      unlisten()
      await loop.stop()
      const mine = [...held.values()].map(({ pair }) => pair)
      await parts
        .board()
        ?.release(owner, mine)
        .catch(() => undefined)
    },
  }
}
