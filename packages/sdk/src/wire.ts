import { FillstreamError } from './errors'

/** Every field of the API that is an amount of base units: a decimal string on the wire, `bigint` here. */
export const AMOUNT_FIELDS = [
  'amount',
  'expectedAmount',
  'feeAmount',
  'inAmount',
  'inputUsed',
  'maxInputAmount',
  'maxLamports',
  'minLiquidity',
  'minOutputAmount',
  'otherAmountThreshold',
  'outAmount',
  'outputAmount',
  'quoteReserve',
  'reserveA',
  'reserveB',
  'size',
] as const

const amountFields: ReadonlySet<string> = new Set(AMOUNT_FIELDS)
const INTEGER = /^(0|[1-9][0-9]*)$/

/**
 * An answer of the API with its amounts as `bigint`; everything else stays as it came.
 * @throws FillstreamError `INVALID_ANSWER` where an amount is a number or no integer: it could not be exact.
 */
export function fromWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromWire)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      amountFields.has(key) && (typeof field === 'string' || typeof field === 'number')
        ? amountFromWire(key, field)
        : fromWire(field),
    ]),
  )
}

function amountFromWire(key: string, field: string | number): bigint {
  if (typeof field === 'string' && INTEGER.test(field)) return BigInt(field)
  throw new FillstreamError(
    'INVALID_ANSWER',
    `${key} was ${JSON.stringify(field)}, not an integer in a string`,
  )
}

/** JSON with every `bigint` as a decimal string; fields that are undefined are left out. */
export function toWire(value: unknown, space?: number): string {
  return JSON.stringify(
    value,
    (_key, field: unknown) => (typeof field === 'bigint' ? String(field) : field),
    space,
  )
}
