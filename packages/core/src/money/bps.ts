import { U64_MAX } from '@fillstream/types'
import { divide, type Rounding } from './rounding'

/** A whole in basis points. */
export const BPS = 10_000n

/** The least output that is accepted of a quoted one: `floor(out*(10000-slippageBps)/10000)`. */
export function minOutput(quotedOutput: bigint, slippageBps: number): bigint {
  return divide(quotedOutput * (BPS - whole(slippageBps)), BPS, 'down')
}

/** The most input that is spent for a quoted one: `ceil(in*(10000+slippageBps)/10000)`, at most a u64. */
export function maxInput(quotedInput: bigint, slippageBps: number): bigint {
  const most = divide(quotedInput * (BPS + whole(slippageBps)), BPS, 'up')
  return most < U64_MAX ? most : U64_MAX
}

/** `part` of `of`, in basis points. */
export function inBps(part: bigint, of: bigint, rounding: Rounding): number {
  return Number(divide(part * BPS, of, rounding))
}

function whole(bps: number): bigint {
  if (!Number.isInteger(bps) || bps < 0 || bps > 10_000) throw new RangeError(`${bps} is not 0..10000 bps`)
  return BigInt(bps)
}
