import { type ExecutableAmount, type SwapMode } from '@fillstream/types'
import { type PoolState } from '../amm/pool-account'
import { bestAmount } from './best-amount'

/** 10^0 to 10^19: all powers of ten that fit a u64. */
const SIZES: readonly bigint[] = Array.from({ length: 20 }, (_, power) => 10n ** BigInt(power))

/** The rungs of one direction of a pair, as price events carry them. */
export interface PriceLadder {
  readonly exactIn: ExecutableAmount[]
  readonly exactOut: ExecutableAmount[]
}

/** The executable amounts for every power of ten that one of these pools can fill. Each pool must trade both mints. */
export function priceLadder(pools: readonly PoolState[], inputMint: string, outputMint: string): PriceLadder {
  const levels = (swapMode: SwapMode) =>
    SIZES.flatMap((size): ExecutableAmount[] => {
      const amount = bestAmount(pools, { inputMint, outputMint, swapMode, amount: size })
      return amount === null ? [] : [{ size: size.toString(), amount: amount.toString() }]
    })
  return { exactIn: levels('ExactIn'), exactOut: levels('ExactOut') }
}
