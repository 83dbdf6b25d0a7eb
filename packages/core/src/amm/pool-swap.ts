import { type SwapMode } from '@fillstream/types'
import { type Curve, type CurveResult, type CurveSwap, quoteExactIn, quoteExactOut } from './constant-product'
import { type PoolState } from './pool-account'

/** True where the pool trades these two mints, in either direction. */
export function poolTrades(pool: PoolState, inputMint: string, outputMint: string): boolean {
  return (
    (pool.mintA === inputMint && pool.mintB === outputMint) ||
    (pool.mintB === inputMint && pool.mintA === outputMint)
  )
}

/** The pool's curve as seen by somebody who gives `inputMint`; throws where the pool has no such mint. */
export function curveOf(pool: PoolState, inputMint: string): Curve {
  const { reserveA, reserveB, feeRate } = pool
  if (inputMint === pool.mintA) return { reserveIn: reserveA, reserveOut: reserveB, feeRate }
  if (inputMint === pool.mintB) return { reserveIn: reserveB, reserveOut: reserveA, feeRate }
  throw new RangeError(`pool ${pool.address} does not trade ${inputMint}`)
}

/** A swap over the pool's curve. `amount` is of the input for ExactIn, of the output for ExactOut. */
export function quotePool(
  pool: PoolState,
  inputMint: string,
  swapMode: SwapMode,
  amount: bigint,
): CurveResult {
  const curve = curveOf(pool, inputMint)
  return swapMode === 'ExactIn' ? quoteExactIn(curve, amount) : quoteExactOut(curve, amount)
}

/** The pool after a swap that somebody who gave `inputMint` made at `slot`. */
export function applySwap(pool: PoolState, inputMint: string, swap: CurveSwap, slot: bigint): PoolState {
  const { reserveInAfter, reserveOutAfter, protocolFee } = swap
  return inputMint === pool.mintA
    ? {
        ...pool,
        reserveA: reserveInAfter,
        reserveB: reserveOutAfter,
        protocolFeesA: pool.protocolFeesA + protocolFee,
        slot,
      }
    : {
        ...pool,
        reserveA: reserveOutAfter,
        reserveB: reserveInAfter,
        protocolFeesB: pool.protocolFeesB + protocolFee,
        slot,
      }
}
