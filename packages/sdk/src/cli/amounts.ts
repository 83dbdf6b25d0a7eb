import { UsageError } from './io'

/**
 * Base units of a human decimal: `1.5` with 9 decimals is 1500000000n.
 * @throws UsageError where it is no positive decimal, or has more digits after the point than the token
 */
export function parseUnits(text: string, decimals: number): bigint {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match)
    throw new UsageError(`the amount must be a decimal number such as 1.5, not ${JSON.stringify(text)}`)
  const [, whole = '0', fraction = ''] = match
  const significant = fraction.replace(/0+$/, '')
  if (significant.length > decimals)
    throw new UsageError(`the amount ${text} has more than the token's ${decimals} digits after the point`)
  return aboveZero(BigInt(whole + significant.padEnd(decimals, '0')), text)
}

/** @throws UsageError where it is no positive integer */
export function parseBaseUnits(text: string): bigint {
  if (!/^\d+$/.test(text))
    throw new UsageError(
      `with --raw the amount must be an integer of base units, not ${JSON.stringify(text)}`,
    )
  return aboveZero(BigInt(text), text)
}

/** The human decimal of base units, without needless zeros: 1500000000n with 9 decimals is `1.5`. */
export function formatUnits(amount: bigint, decimals: number): string {
  const digits = String(amount).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** `50` basis points are `0.50 %`. */
export function formatBps(bps: number): string {
  return `${(bps / 100).toFixed(2)} %`
}

function aboveZero(amount: bigint, text: string): bigint {
  if (amount === 0n) throw new UsageError(`the amount must be above zero, not ${text}`)
  return amount
}
