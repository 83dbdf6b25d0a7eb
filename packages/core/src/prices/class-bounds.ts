import { type ExecutableAmount, type SwapMode } from '@fillstream/types'
import { type PriceLadder } from './price-ladder'

/**
 * Between what prices every size of a class lies: output per input, base units. `best` may be Infinity and `worst` 0, where the
 * rungs do not bound it.
 */
export interface ClassBounds {
  readonly best: number
  readonly worst: number
}

/** Doubles round; so do scores made of them. */
const LENIENCE = 1e-9

/**
 * Bounds the executable price of every size in [10^sizeClass, 10^(sizeClass+1)) by the rungs at both ends.
 *
 * The real-valued curves get worse with size, so the price lies between those of the ends; what the integers round away is added
 * as slack. ExactIn: `out(s) <= R(S)*s/S` with `R(S) <= (out(S)+1)/(1-2/S)` (the fee takes up to one base unit more, the output
 * loses up to one), and `out(s) >= R(s)*(1-2/s) - 1`. ExactOut: an input is at most three base units more than the real one. The
 * 2 and the 3 hold for fees below one half.
 *
 * A size that is missing among the rungs of its swap mode is too small to give anything where larger ones are there. Above them it is
 * too large to be filled, but of an input: that may be too small for one pool and too large for the others, or at once below and above
 * all that a pool of a few base units takes, so that sizes between two missing rungs can still be filled. Nothing bounds those.
 * Null where no size of the class can be filled.
 */
export function classBounds(
  { exactIn: ofInput, exactOut: ofOutput }: PriceLadder,
  swapMode: SwapMode,
  sizeClass: number,
): ClassBounds | null {
  const levels = swapMode === 'ExactIn' ? ofInput : ofOutput
  const size = 10 ** sizeClass
  const lower = amountAt(levels, sizeClass)
  const upper = amountAt(levels, sizeClass + 1)
  if (lower === 'too large') {
    // Who gives anything for an input also sells one base unit of the output.
    return swapMode === 'ExactIn' && ofOutput.length > 0 ? { best: Infinity, worst: 0 } : null
  }
  const bounds = swapMode === 'ExactIn' ? exactIn(size, lower, upper) : exactOut(size, lower, upper)
  return { best: bounds.best * (1 + LENIENCE), worst: Math.max(0, bounds.worst * (1 - LENIENCE)) }
}

type Lower = number | 'too small'
type Upper = Lower | 'too large'

function amountAt(levels: readonly ExecutableAmount[], power: number): Upper {
  const digits = power + 1
  const level = levels.find(({ size }) => size.length === digits)
  if (level !== undefined) return Number(level.amount)
  return levels.some(({ size }) => size.length > digits) ? 'too small' : 'too large'
}

function exactIn(size: number, lower: Lower, upper: Upper): ClassBounds {
  const best = size <= 2 ? Infinity : ((lower === 'too small' ? 0 : lower) + 1) / size / (1 - 2 / size)
  const worst = typeof upper === 'number' ? (upper / (10 * size)) * (1 - 2 / size) - 1 / size : 0
  return { best, worst }
}

function exactOut(size: number, lower: Lower, upper: Upper): ClassBounds {
  const best = lower === 'too small' || lower <= 3 ? Infinity : size / (lower - 3)
  const worst = typeof upper === 'number' ? 1 / (upper / (10 * size) + 3 / size) : 0
  return { best, worst }
}
