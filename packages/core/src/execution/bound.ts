import { type SwapMode } from '@fillstream/types'
import { maxInput, minOutput } from '../money/bps'

/** Input and output as they are signed, base units: the exact side is exact, the other is the order's bound. */
export interface SignedAmounts {
  readonly inAmount: bigint
  readonly outAmount: bigint
}

/** What of an order its bound depends on. Base units. */
export interface Bounded {
  readonly swapMode: SwapMode
  readonly slippageBps: number
  /** The least output (ExactIn) or the most input (ExactOut) that was fixed before; null where the first quote fixes it. */
  readonly bound: bigint | null
}

/** The least output or the most input that an order accepts: fixed once, never loosened by another quote. */
export function boundBy(
  { swapMode, slippageBps, bound }: Bounded,
  quoted: { readonly inAmount: bigint; readonly outAmount: bigint },
): bigint {
  if (bound !== null) return bound
  return swapMode === 'ExactIn'
    ? minOutput(quoted.outAmount, slippageBps)
    : maxInput(quoted.inAmount, slippageBps)
}

/** `amount` is of the exact side, `bound` of the other. */
export function signedAmounts(swapMode: SwapMode, amount: bigint, bound: bigint): SignedAmounts {
  return swapMode === 'ExactIn'
    ? { inAmount: amount, outAmount: bound }
    : { inAmount: bound, outAmount: amount }
}
