/** What the API speaks of, with amounts as `bigint` base units and times as ISO 8601 strings in UTC. */

export type OrderStatus =
  'pending' | 'open' | 'routing' | 'building' | 'submitted' | 'confirmed' | 'failed' | 'cancelled' | 'expired'

export type OrderType = 'market' | 'limit' | 'stop' | 'trailingStop' | 'sniper'

/**
 * How long an order stands: `IOC` now or never (a swap fills whole or not at all), `GTC` until it is cancelled, `GTD`
 * until `expiresAt`.
 */
export type TimeInForce = 'IOC' | 'GTC' | 'GTD'

/** How a price is written: output units for one input unit, or input units for one output unit. */
export type PriceUnit = 'outputPerInput' | 'inputPerOutput'

/** What `amount` fixes: how much leaves (`ExactIn`) or how much arrives (`ExactOut`). */
export type SwapMode = 'ExactIn' | 'ExactOut'

export type FailureCode =
  | 'NO_ROUTE'
  | 'INSUFFICIENT_LIQUIDITY'
  | 'SLIPPAGE_EXCEEDED'
  | 'PRICE_IMPACT_TOO_HIGH'
  | 'INSUFFICIENT_FUNDS'
  | 'VENUE_UNAVAILABLE'
  | 'VENUE_TIMEOUT'
  | 'TX_EXPIRED'
  | 'TX_FAILED'
  | 'ORDER_EXPIRED'
  | 'SAFETY_CHECK_FAILED'

/** Why an order failed. `retryable`: sending a new order could help. */
export interface Failure {
  readonly code: FailureCode
  readonly message: string
  readonly retryable: boolean
}

export interface PriorityFee {
  readonly mode: 'auto' | 'fixed'
  /** The most lamports that may be paid on top of the base fee. */
  readonly maxLamports: bigint
}

/** What a sniper refuses to buy. What is left out takes the default that stands beside it. */
export interface SniperSafetyRequest {
  /** The token can no longer be minted. @defaultValue `true` */
  readonly requireMintRenounced?: boolean | undefined
  /** Nobody can freeze accounts of the token. @defaultValue `true` */
  readonly requireFreezeRenounced?: boolean | undefined
  /** The most of the supply that its creator may hold. @defaultValue `2000` */
  readonly maxCreatorShareBps?: number | undefined
  /** The most that buying and selling back at once may lose. @defaultValue `3000` */
  readonly maxRoundTripLossBps?: number | undefined
}

/** When a sniper buys. What is left out takes the default that stands beside it. */
export interface SniperRequest {
  /** Base units of the input token that the pool must hold. @defaultValue none */
  readonly minLiquidity?: bigint | null | undefined
  /** How long after its opening a pool is still bought from. @defaultValue `60000` */
  readonly maxOpenDelayMs?: number | undefined
  /** Input units for one output unit, human decimals. @defaultValue none */
  readonly maxPrice?: string | null | undefined
  readonly safety?: SniperSafetyRequest | undefined
}

/** The same with every default filled in. */
export interface Sniper {
  readonly minLiquidity: bigint | null
  readonly maxOpenDelayMs: number
  readonly maxPrice: string | null
  readonly safety: {
    readonly requireMintRenounced: boolean
    readonly requireFreezeRenounced: boolean
    readonly maxCreatorShareBps: number
    readonly maxRoundTripLossBps: number
  }
}

/** A new order. What is left out takes the default that stands beside it. */
export interface PlaceOrderRequest {
  /** @defaultValue `'market'` */
  readonly type?: OrderType | undefined
  /** A mint address, or the symbol of a listed token such as `SOL`. */
  readonly inputMint: string
  /** A mint address, or the symbol of a listed token such as `USDC`. */
  readonly outputMint: string
  /** @defaultValue `'ExactIn'` */
  readonly swapMode?: SwapMode | undefined
  /** Base units: of the input for `ExactIn`, of the output for `ExactOut`. Above 0, at most 2^64 - 1. */
  readonly amount: bigint
  /** How far the result may be below the first quote, 0..10000. @defaultValue `50` */
  readonly slippageBps?: number | undefined
  /** @defaultValue `1000` */
  readonly maxPriceImpactBps?: number | undefined
  /** Your own id, 1 to 128 of `A-Z a-z 0-9 _ . : -`, unique per account. */
  readonly clientOrderId?: string | undefined
  /**
   * `limit`, `stop`: the price, a decimal number. `limit` fires when what the order would really receive for its own
   * amount is at least as good, `stop` when it is at most as good.
   */
  readonly limitPrice?: string | undefined
  /** `limit`, `stop`: how `limitPrice` is written. @defaultValue `'outputPerInput'` */
  readonly priceUnit?: PriceUnit | undefined
  /** `limit` takes all three, `stop`, `trailingStop` and `sniper` `GTC` and `GTD`. @defaultValue market `'IOC'`, others `'GTD'` */
  readonly timeInForce?: TimeInForce | undefined
  /** With `GTD`: when the order expires, ISO 8601 in UTC. @defaultValue 7 days from acceptance */
  readonly expiresAt?: string | undefined
  /** `trailingStop`: fires this far below the best price since acceptance, 1..9999. */
  readonly trailingBps?: number | undefined
  /** `sniper`: when it buys, and what it refuses. */
  readonly sniper?: SniperRequest | undefined
  /** @defaultValue mode `'auto'`, at most 1,000,000 lamports */
  readonly priorityFee?:
    { readonly mode?: 'auto' | 'fixed' | undefined; readonly maxLamports?: bigint | undefined } | undefined
}

export interface Fee {
  readonly kind: 'venue' | 'network' | 'priority' | 'rent'
  readonly mint: string
  readonly amount: bigint
  readonly venue?: string | undefined
}

/** One signed transaction of an order; at most one of them ever lands with success. */
export interface OrderAttempt {
  readonly attempt: number
  readonly status: 'submitted' | 'confirmed' | 'failed'
  readonly txHash: string | null
  readonly venues: readonly string[]
  readonly expectedAmount: bigint | null
  readonly lastValidBlockHeight: number | null
  readonly slot: number | null
  readonly code: FailureCode | null
  readonly message: string | null
  readonly startedAt: string
  readonly resolvedAt: string | null
}

export interface OrderLinks {
  readonly self: string
  readonly events: string
  readonly route: string
  readonly stream: string
}

/** An order as it stands. */
export interface Order {
  readonly orderId: string
  readonly clientOrderId: string | null
  readonly type: OrderType
  readonly status: OrderStatus
  /** Detail for people; may grow, so do not decide by it. */
  readonly phase: string | null
  readonly inputMint: string
  readonly outputMint: string
  readonly swapMode: SwapMode
  readonly amount: bigint
  readonly slippageBps: number
  readonly maxPriceImpactBps: number
  readonly timeInForce: TimeInForce
  readonly expiresAt: string | null
  readonly limitPrice: string | null
  readonly priceUnit: PriceUnit | null
  readonly trailingBps: number | null
  readonly sniper: Sniper | null
  readonly priorityFee: PriorityFee
  /** `seq` of its newest event. */
  readonly lastSeq: number
  readonly createdAt: string
  readonly updatedAt: string
  /** `ExactIn`: the least that arrives; null until it is fixed. Never loosened. */
  readonly minOutputAmount: bigint | null
  /** `ExactOut`: the most that leaves; null until it is fixed. Never loosened. */
  readonly maxInputAmount: bigint | null
  readonly attempts: readonly OrderAttempt[]
  readonly route: Route | null
  readonly inputUsed: bigint | null
  readonly outputAmount: bigint | null
  /** Output units for one input unit, human decimals. */
  readonly executedPrice: string | null
  readonly txHash: string | null
  readonly fees: readonly Fee[]
  readonly failure: Failure | null
  readonly links: OrderLinks
}

/** One pool crossed by one leg; hops of a leg stand in order. `bps` is the leg's share of the whole. */
export interface RouteStep {
  readonly leg: number
  readonly bps: number
  readonly venue: string
  readonly pool: string
  readonly poolIndex: number
  readonly inputMint: string
  readonly outputMint: string
  readonly inAmount: bigint
  readonly outAmount: bigint
  readonly feeAmount: bigint
  readonly feeMint: string
}

export interface Route {
  readonly inputMint: string
  readonly outputMint: string
  readonly swapMode: SwapMode
  readonly inAmount: bigint
  readonly outAmount: bigint
  /** Output units for one input unit, human decimals. */
  readonly price: string
  readonly feeBps: number
  readonly priceImpactBps: number | null
  readonly routePlan: readonly RouteStep[]
  readonly contextSlot: number
}

/** What one venue answered, and why it won, lost or was left out. Null where there was no answer. */
export interface VenueQuote {
  readonly venue: string
  readonly pool: string | null
  readonly outcome: 'won' | 'lost' | 'excluded'
  readonly code: string
  readonly reason: string
  readonly inAmount: bigint | null
  readonly outAmount: bigint | null
  readonly price: string | null
  readonly feeBps: number | null
  readonly priceImpactBps: number | null
  /** How much worse than the winner; 0 for the winner. */
  readonly differenceBps: number | null
  readonly latencyMs: number
}

/** The route of an order and the comparison that it came from. */
export interface OrderRoute extends Route {
  readonly orderId: string
  readonly attempt: number
  readonly quotes: readonly VenueQuote[]
  readonly quotedAt: string
  readonly elapsedMs: number
}

/** Filters of the order history. */
export interface OrderListQuery {
  readonly status?: OrderStatus | undefined
  readonly type?: OrderType | undefined
  readonly inputMint?: string | undefined
  readonly outputMint?: string | undefined
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
  /** 1..100. @defaultValue `50` */
  readonly limit?: number | undefined
}

/** One page of a list; `nextCursor` is null on the last. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}
