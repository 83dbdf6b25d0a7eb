import { type SwapMode } from '@fillstream/types'
import { type CurveFailure, type CurveSwap, priceImpactBps } from '../amm/constant-product'
import { type PoolState } from '../amm/pool-account'
import { curveOf, quotePool } from '../amm/pool-swap'
import { FEE_DENOMINATOR } from '../amm/venues'
import { BPS } from '../money/bps'
import { divide } from '../money/rounding'

/** One pool crossed, as its reserves stood when it was quoted. */
export interface RouteHop {
  readonly pool: PoolState
  readonly inputMint: string
  readonly outputMint: string
  readonly swap: CurveSwap
}

/** One of the parts that an order is split into, side by side; `bps` is its share of the input. */
export interface RouteLeg {
  readonly bps: number
  readonly hops: readonly RouteHop[]
}

/** A way from input to output with what it really costs and gives, fees and impact included. Base units. */
export interface RouteCandidate {
  readonly swapMode: SwapMode
  readonly inputMint: string
  readonly outputMint: string
  readonly legs: readonly RouteLeg[]
  readonly inAmount: bigint
  readonly outAmount: bigint
  /** Trading fees of the pools, of the input. */
  readonly feeBps: number
  /** Against the mid prices before the swap, fees apart; null where it can't be computed. */
  readonly priceImpactBps: number | null
  /** Slot that the pools' states are of. */
  readonly contextSlot: bigint
}

export type RouteResult =
  | { readonly ok: true; readonly route: RouteCandidate }
  | { readonly ok: false; readonly reason: CurveFailure }

/** The whole amount over one pool. */
export function directRoute(
  pool: PoolState,
  request: { inputMint: string; outputMint: string; swapMode: SwapMode; amount: bigint },
  contextSlot: bigint,
): RouteResult {
  const { inputMint, outputMint, swapMode, amount } = request
  const result = quotePool(pool, inputMint, swapMode, amount)
  if (!result.ok) return result
  const hop: RouteHop = { pool, inputMint, outputMint, swap: result.swap }
  return { ok: true, route: routeOf(swapMode, [{ bps: Number(BPS), hops: [hop] }], contextSlot) }
}

/** Adds up what legs cost and give. Throws for a route without legs or a leg without hops. */
export function routeOf(swapMode: SwapMode, legs: readonly RouteLeg[], contextSlot: bigint): RouteCandidate {
  const ends = legs.map((leg) => {
    const [first, last] = [leg.hops[0], leg.hops.at(-1)]
    if (first === undefined || last === undefined) throw new RangeError('a leg has at least one hop')
    return { first, last }
  })
  const [any] = ends
  if (any === undefined) throw new RangeError('a route has at least one leg')
  const impacts = legs.map((leg) =>
    lossBps(leg.hops.map((hop) => priceImpactBps(curveOf(hop.pool, hop.inputMint), hop.swap))),
  )
  const fees = legs.map((leg) => lossBps(leg.hops.map((hop) => feeBpsOf(hop.pool))))
  return {
    swapMode,
    inputMint: any.first.inputMint,
    outputMint: any.last.outputMint,
    legs,
    inAmount: ends.reduce((sum, { first }) => sum + first.swap.amountIn, 0n),
    outAmount: ends.reduce((sum, { last }) => sum + last.swap.amountOut, 0n),
    feeBps: weighted(legs, fees) ?? 0,
    priceImpactBps: weighted(legs, impacts),
    contextSlot,
  }
}

/** A pool's trading fee in basis points, rounded up. */
export function feeBpsOf(pool: PoolState): number {
  return Number(divide(pool.feeRate * BPS, FEE_DENOMINATOR, 'up'))
}

/** What several losses one after the other come to, rounded up: 100 and 100 bps are 199. */
function lossBps(losses: readonly (number | null)[]): number | null {
  let left = 1n
  for (const loss of losses) {
    if (loss === null) return null
    left *= BPS - BigInt(loss)
  }
  const all = BPS ** BigInt(losses.length)
  return Number(divide((all - left) * BPS, all, 'up'))
}

function weighted(legs: readonly RouteLeg[], values: readonly (number | null)[]): number | null {
  let sum = 0
  for (const [place, leg] of legs.entries()) {
    const value = values[place]
    if (value === null || value === undefined) return null
    sum += value * leg.bps
  }
  return Math.ceil(sum / legs.reduce((total, leg) => total + leg.bps, 0))
}
