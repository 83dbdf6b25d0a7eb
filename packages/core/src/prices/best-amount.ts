import { type SwapMode } from '@fillstream/types'
import { type PoolState } from '../amm/pool-account'
import { quotePool } from '../amm/pool-swap'

/** A swap's direction and size: `amount` is of the input for ExactIn, of the output for ExactOut; base units. */
export interface SwapSize {
  readonly inputMint: string
  readonly outputMint: string
  readonly swapMode: SwapMode
  readonly amount: bigint
}

/**
 * What the best of these pools gives (ExactIn) or asks (ExactOut) for the swap, fees and impact included; null where none can
 * fill it. Each pool must trade both mints.
 */
export function bestAmount(pools: readonly PoolState[], swap: SwapSize): bigint | null {
  let best: bigint | null = null
  for (const pool of pools) {
    const result = quotePool(pool, swap.inputMint, swap.swapMode, swap.amount)
    if (!result.ok) continue
    const { amountIn, amountOut } = result.swap
    if (swap.swapMode === 'ExactIn') best = best === null || amountOut > best ? amountOut : best
    else best = best === null || amountIn < best ? amountIn : best
  }
  return best
}
