import { U64_MAX } from '@fillstream/types'
import { divide, type Rounding } from './rounding'

/** Digits of a price that mean something; more than any two u64 amounts can promise for small ones. */
export const PRICE_DIGITS = 12

/** Base units as a decimal number, exactly: `formatAmount(1_500_000_000n, 9)` is `1.5`. */
export function formatAmount(baseUnits: bigint, decimals: number): string {
  if (baseUnits < 0n) throw new RangeError(`${baseUnits} is no amount`)
  return withPoint(baseUnits, decimals)
}

/**
 * A decimal number as base units, or null: not a plain non-negative decimal, finer than the token's `decimals`, or
 * beyond a u64. Never rounds.
 */
export function parseAmount(text: string, decimals: number): bigint | null {
  const [, whole, fraction = ''] = /^(0|[1-9][0-9]{0,19})(?:\.([0-9]{1,40}))?$/.exec(text) ?? []
  if (whole === undefined) return null
  const digits = fraction.replace(/0+$/, '')
  if (digits.length > decimals) return null
  const baseUnits = BigInt(whole + digits.padEnd(decimals, '0'))
  return baseUnits <= U64_MAX ? baseUnits : null
}

/** Two amounts of a swap in base units, with the decimals of their tokens. */
export interface PricedAmounts {
  readonly inAmount: bigint
  readonly outAmount: bigint
  readonly inDecimals: number
  readonly outDecimals: number
}

/**
 * The price as a decimal string: output for one input, both in human decimals, to `digits` significant digits. Computed
 * from the integers, never through a float. Throws where `inAmount` is not above zero.
 */
export function formatPrice(amounts: PricedAmounts, rounding: Rounding, digits = PRICE_DIGITS): string {
  const numerator = amounts.outAmount * 10n ** BigInt(amounts.inDecimals)
  const denominator = amounts.inAmount * 10n ** BigInt(amounts.outDecimals)
  if (amounts.inAmount <= 0n) throw new RangeError('a price needs an input')
  if (numerator === 0n) return '0'
  const scale = digits - 1 - magnitude(numerator, denominator)
  return scale >= 0
    ? withPoint(divide(numerator * 10n ** BigInt(scale), denominator, rounding), scale)
    : (divide(numerator, denominator * 10n ** BigInt(-scale), rounding) * 10n ** BigInt(-scale)).toString()
}

/** The power of ten of the first digit of a ratio: 0 for 1..9.99, -1 for 0.1..0.99. */
function magnitude(numerator: bigint, denominator: bigint): number {
  const guess = numerator.toString().length - denominator.toString().length
  const atLeast =
    guess >= 0
      ? numerator >= denominator * 10n ** BigInt(guess)
      : numerator * 10n ** BigInt(-guess) >= denominator
  return atLeast ? guess : guess - 1
}

function withPoint(value: bigint, decimals: number): string {
  const text = value.toString().padStart(decimals + 1, '0')
  const fraction = text.slice(text.length - decimals).replace(/0+$/, '')
  const whole = text.slice(0, text.length - decimals)
  return decimals === 0 || fraction === '' ? whole : `${whole}.${fraction}`
}
