import { parseAmount } from '@fillstream/core'
import { invalidField } from '../http/parse'

const SOL_DECIMALS = 9

/**
 * The lamports of a short-form body such as `{"amount": 0.1}`, from the digits as they were sent: as a JS number
 * 123456789.123456789 would have lost its end. `text` is a body that has passed the schema, so that its last value is
 * the amount. Throws VALIDATION_FAILED.
 */
export function lamportsOf(text: string): bigint {
  const literal = /([-+.0-9eE]+)\s*\}\s*$/.exec(text)?.[1]
  const lamports = literal === undefined ? null : parseAmount(withoutExponent(literal), SOL_DECIMALS)
  if (lamports === null || lamports === 0n)
    throw invalidField('amount', 'invalid_format', 'must be an amount of SOL with at most 9 decimals')
  return lamports
}

const MAX_EXPONENT = 40

/** A JSON number as plain digits: `5e1` is `50`. Text that is not one comes back as it is. */
export function withoutExponent(literal: string): string {
  const [, whole = '', fraction = '', power = '0'] =
    /^([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]+))?$/.exec(literal) ?? []
  const exponent = Number(power)
  if (whole === '' || Math.abs(exponent) > MAX_EXPONENT) return literal
  const digits = whole + fraction
  const point = whole.length + exponent
  const left = (point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0').replace(/^0+(?=[0-9])/, '')
  const right = (point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits).replace(/0+$/, '')
  return right === '' ? left : `${left}.${right}`
}
