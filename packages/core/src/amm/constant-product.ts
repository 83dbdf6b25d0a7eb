import { FEE_DENOMINATOR } from './venues'

/**
 * Constant product with a fee on the input, as Raydium's CPMM program computes it
 * (`raydium-io/raydium-cp-swap`, Apache-2.0): integers only, every rounding in the pool's favour, so that the
 * product of the curve reserves never falls.
 */
export interface Curve {
  readonly reserveIn: bigint
  readonly reserveOut: bigint
  /** Of 1,000,000. */
  readonly feeRate: bigint
}

/** One swap over one curve, in base units. `amountIn` includes `fee`, which is the sum of its two parts. */
export interface CurveSwap {
  readonly amountIn: bigint
  readonly amountOut: bigint
  /** In the input token; `protocolFee + lpFee`. */
  readonly fee: bigint
  /** Protocol (12 % of the fee) and fund (4 %): leaves the curve and is set apart in the vault. */
  readonly protocolFee: bigint
  /** What stays in the curve and belongs to the liquidity providers. */
  readonly lpFee: bigint
  /** Curve reserves after the swap. */
  readonly reserveInAfter: bigint
  readonly reserveOutAfter: bigint
}

export type CurveFailure =
  /** An amount that is not positive, or no longer fits a u64. */
  | 'AMOUNT_OUT_OF_RANGE'
  /** The pool cannot give this much, or the input buys less than one base unit. */
  | 'INSUFFICIENT_LIQUIDITY'

export type CurveResult =
  { readonly ok: true; readonly swap: CurveSwap } | { readonly ok: false; readonly reason: CurveFailure }

const PROTOCOL_SHARE = 120_000n
const FUND_SHARE = 40_000n
const U64_MAX = (1n << 64n) - 1n

/** What `amountIn` (fee included) buys: `fee = ceil(in*rate/D)`, `out = floor(net*y/(x+net))`. */
export function quoteExactIn(curve: Curve, amountIn: bigint): CurveResult {
  if (amountIn <= 0n || amountIn > U64_MAX) return { ok: false, reason: 'AMOUNT_OUT_OF_RANGE' }
  if (curve.reserveIn <= 0n || curve.reserveOut <= 0n) return { ok: false, reason: 'INSUFFICIENT_LIQUIDITY' }
  const fee = ceilDiv(amountIn * curve.feeRate, FEE_DENOMINATOR)
  const net = amountIn - fee
  const amountOut = (net * curve.reserveOut) / (curve.reserveIn + net)
  return settle(curve, amountIn, amountOut, fee)
}

/** What buying exactly `amountOut` costs: `net = ceil(x*out/(y-out))`, `in = ceil(net*D/(D-rate))`. */
export function quoteExactOut(curve: Curve, amountOut: bigint): CurveResult {
  if (amountOut <= 0n || amountOut > U64_MAX) return { ok: false, reason: 'AMOUNT_OUT_OF_RANGE' }
  if (curve.reserveIn <= 0n || amountOut >= curve.reserveOut || curve.feeRate >= FEE_DENOMINATOR) {
    return { ok: false, reason: 'INSUFFICIENT_LIQUIDITY' }
  }
  const net = ceilDiv(curve.reserveIn * amountOut, curve.reserveOut - amountOut)
  const amountIn = ceilDiv(net * FEE_DENOMINATOR, FEE_DENOMINATOR - curve.feeRate)
  return settle(curve, amountIn, amountOut, amountIn - net)
}

function settle(curve: Curve, amountIn: bigint, amountOut: bigint, fee: bigint): CurveResult {
  const protocolFee = (fee * PROTOCOL_SHARE) / FEE_DENOMINATOR + (fee * FUND_SHARE) / FEE_DENOMINATOR
  const reserveInAfter = curve.reserveIn + amountIn - protocolFee
  // All of the input goes into the vault, and a token account holds a u64.
  if (amountOut <= 0n || curve.reserveIn + amountIn > U64_MAX)
    return { ok: false, reason: 'INSUFFICIENT_LIQUIDITY' }
  return {
    ok: true,
    swap: {
      amountIn,
      amountOut,
      fee,
      protocolFee,
      lpFee: fee - protocolFee,
      reserveInAfter,
      reserveOutAfter: curve.reserveOut - amountOut,
    },
  }
}

/**
 * How much worse than the mid price before the swap its effective price without fees is, in basis points rounded up:
 * `(mid - out/net) / mid` with `mid = reserveOut/reserveIn`. Null where nothing but fee went in.
 */
export function priceImpactBps(curve: Curve, swap: CurveSwap): number | null {
  const atMid = (swap.amountIn - swap.fee) * curve.reserveOut
  if (atMid <= 0n) return null
  const received = swap.amountOut * curve.reserveIn
  return received >= atMid ? 0 : Number(ceilDiv((atMid - received) * 10_000n, atMid))
}

function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator
}
