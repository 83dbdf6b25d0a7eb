import { BPS } from '../money/bps'
import { divide } from '../money/rounding'

/** Fixed point of unit prices. */
export const UNIT_PRICE_SCALE = 10n ** 18n

/** Base units of output for one base unit of input, times 10^18, rounded down. Throws where `inAmount` is not above zero. */
export function unitPrice(inAmount: bigint, outAmount: bigint): bigint {
  return divide(outAmount * UNIT_PRICE_SCALE, inAmount, 'down')
}

/** The unit price at or below which a trailing stop fires: `floor(highWater*(10000-trailingBps)/10000)`. */
export function trailingThreshold(highWater: bigint, trailingBps: number): bigint {
  if (!Number.isInteger(trailingBps) || trailingBps < 1 || trailingBps > 9_999)
    throw new RangeError(`${trailingBps} is not 1..9999 bps`)
  return divide(highWater * (BPS - BigInt(trailingBps)), BPS, 'down')
}
