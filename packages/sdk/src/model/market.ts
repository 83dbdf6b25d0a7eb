import type { Route, SwapMode, VenueQuote } from './order'

/** A question for the best route now; nothing is executed. */
export interface QuoteRequest {
  readonly inputMint: string
  readonly outputMint: string
  /** @defaultValue `'ExactIn'` */
  readonly swapMode?: SwapMode | undefined
  /** Base units: of the input for `ExactIn`, of the output for `ExactOut`. */
  readonly amount: bigint
  /** @defaultValue `50` */
  readonly slippageBps?: number | undefined
}

export interface Quote extends Route {
  readonly quoteId: string
  /** The bound: least output for `ExactIn`, most input for `ExactOut`. */
  readonly otherAmountThreshold: bigint
  readonly slippageBps: number
  readonly expiresAt: string
  readonly alternatives: readonly VenueQuote[]
}

export interface Token {
  readonly mint: string
  readonly symbol: string | null
  readonly name: string | null
  /** Base-unit digits after the point. */
  readonly decimals: number
  readonly verified: boolean
}

export interface Venue {
  readonly venue: string
  readonly status: 'up' | 'stale' | 'down'
  readonly pools: number
  readonly lastSlot: number | null
  readonly latencyMs: number | null
}

export interface Pool {
  readonly pool: string
  readonly venue: string
  readonly curve: string
  readonly mintA: string
  readonly mintB: string
  readonly reserveA: bigint
  readonly reserveB: bigint
  /** Units of B for one A, human decimals. */
  readonly price: string
  readonly feeBps: number
  readonly openTime: string | null
  readonly slot: number
}

/** A new token's pool as it was first seen, before or after it opens. */
export interface Launch {
  readonly pool: string
  readonly venue: string
  /** The token that is launched. */
  readonly mint: string
  readonly decimals: number
  /** The token that it is bought with. */
  readonly quoteMint: string
  /** The first slot in which the pool trades, and when that will be about. */
  readonly openSlot: number
  readonly openTime: string | null
  /** Base units of `quoteMint` in the pool. */
  readonly quoteReserve: bigint
  readonly slot: number
  readonly creator: string
}

export interface Balance {
  readonly mint: string
  readonly symbol: string | null
  readonly decimals: number
  readonly amount: bigint
}

export interface Account {
  readonly accountId: string
  readonly name: string
  readonly key: { readonly keyId: string | null; readonly scopes: readonly string[] }
  readonly wallet: string
  readonly limits: {
    readonly requestsPerSecond: number
    readonly ordersPerSecond: number
    readonly connections: number
  }
  readonly balances: readonly Balance[]
}

/** A short-lived credential for one WebSocket connection, and where to connect. */
export interface StreamToken {
  readonly token: string
  readonly expiresAt: string
  readonly url: string
}

/** Two tokens in one direction; each a mint address, or the symbol of a listed token such as `SOL`. */
export interface Pair {
  readonly inputMint: string
  readonly outputMint: string
}

/** What a swap of exactly `size` comes to, fees and impact included, at the best venue. Base units. */
export interface ExecutableAmount {
  readonly size: bigint
  readonly amount: bigint
}

/** What a pair can be traded at since a slot; sizes are powers of ten. */
export interface Price {
  readonly inputMint: string
  readonly outputMint: string
  readonly slot: number
  readonly at: string
  /** Sizes of the input, and the output that they give. */
  readonly exactIn: readonly ExecutableAmount[]
  /** Sizes of the output, and the input that they cost. */
  readonly exactOut: readonly ExecutableAmount[]
}
