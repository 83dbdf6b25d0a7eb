import type { LaunchEvent, PriceEvent } from '@fillstream/types'
import { ACCEPTED_AT, wireOrder } from './orders'

const { inputMint: SOL, outputMint: USDC } = wireOrder('')
/** What a snapshot holds, as the notifier has it. */
const RECENT = 100

/** What the market told so far, and whoever hears of the next. */
export interface MarketFeed {
  price(price: PriceEvent): void
  launch(launch: LaunchEvent): void
  /** By `<inputMint>-<outputMint>`. */
  lastPrice(id: string): PriceEvent | null
  /** Newest last. */
  recentLaunches(): readonly LaunchEvent[]
  /** Both call back after every one; what they return ends that. */
  followPrices(id: string, listener: (price: PriceEvent) => void): () => void
  followLaunches(listener: (launch: LaunchEvent) => void): () => void
}

export function createMarketFeed(): MarketFeed {
  const prices = new Map<string, PriceEvent>()
  const launches: LaunchEvent[] = []
  const priceListeners = new Set<(price: PriceEvent) => void>()
  const launchListeners = new Set<(launch: LaunchEvent) => void>()
  const follow = <Item>(listeners: Set<(item: Item) => void>, listener: (item: Item) => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return {
    price: (price) => {
      prices.set(idOf(price), price)
      for (const listener of [...priceListeners]) listener(price)
    },
    launch: (launch) => {
      launches.push(launch)
      for (const listener of [...launchListeners]) listener(launch)
    },
    lastPrice: (id) => prices.get(id) ?? null,
    recentLaunches: () => launches.slice(-RECENT),
    followPrices: (id, listener) =>
      follow(priceListeners, (price) => {
        if (idOf(price) === id) listener(price)
      }),
    followLaunches: (listener) => follow(launchListeners, listener),
  }
}

function idOf({ inputMint, outputMint }: PriceEvent): string {
  return `${inputMint}-${outputMint}`
}

/** SOL for USDC at a slot, on the wire: 0.1 and 1 SOL, 1 USDC. */
export function wirePrice(slot: number, changes: Partial<PriceEvent> = {}): PriceEvent {
  return {
    inputMint: SOL,
    outputMint: USDC,
    slot,
    at: ACCEPTED_AT,
    exactIn: [
      { size: '100000000', amount: '15094156' },
      { size: '1000000000', amount: '150941563' },
    ],
    exactOut: [{ size: '1000000', amount: '6625080' }],
    ...changes,
  }
}

/** The launch of the n-th pool of a test, on the wire; its token is bought with SOL. */
export function wireLaunch(n: number): LaunchEvent {
  return {
    pool: poolOf(n),
    venue: 'orca-sim',
    mint: USDC,
    decimals: 6,
    quoteMint: SOL,
    openSlot: 100 + n,
    openTime: ACCEPTED_AT,
    quoteReserve: '12000000000',
    slot: 90 + n,
    creator: SOL,
  }
}

/** The address of the n-th pool; base58 has no zero. */
export function poolOf(n: number): string {
  return String(n).replaceAll('0', 'o').padStart(32, 'P')
}
