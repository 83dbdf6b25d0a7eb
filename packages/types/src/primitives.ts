import { z } from 'zod'

export const U64_MAX = (1n << 64n) - 1n

/** Base units as a decimal string, 0..2^64-1 (the wire form of every amount). */
export const amountSchema = z
  .string()
  .max(20, 'must fit an unsigned 64-bit integer')
  .regex(/^(0|[1-9][0-9]*)$/, 'must be an integer of base units, written as a decimal string')
  .refine(
    (text) => !/^(0|[1-9][0-9]*)$/.test(text) || BigInt(text) <= U64_MAX,
    'must fit an unsigned 64-bit integer',
  )

/** An amount above zero. */
export const positiveAmountSchema = amountSchema.refine((text) => text !== '0', 'must be above zero')

/** Basis points, 0..10000. */
export const bpsSchema = z.number().int().min(0).max(10_000)

/** A decimal number written as a string, such as `151.0425`. */
export const decimalSchema = z
  .string()
  .regex(/^(0|[1-9][0-9]*)(\.[0-9]+)?$/, 'must be a decimal number written as a string')

/** A decimal number above zero, of at most 40 characters. */
export const positiveDecimalSchema = decimalSchema
  .max(40, 'must have at most 40 characters')
  .refine((text) => /[1-9]/.test(text), 'must be above zero')

/** A Solana address: 32 bytes in base58. */
export const addressSchema = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/, 'must be a base58 address')

/** A mint address, or the symbol of a token on the verified list. */
export const mintOrSymbolSchema = z
  .string()
  .regex(/^([1-9A-HJ-NP-Za-km-z]{32,44}|[A-Za-z0-9]{1,12})$/, 'must be a mint address or a listed symbol')

export const orderIdSchema = z.uuid()

/** ISO 8601, UTC, with milliseconds. */
export const timestampSchema = z.iso.datetime({ precision: 3 })

/** ISO 8601 in UTC, as precise as the sender likes. */
export const utcTimeSchema = z.iso.datetime()

export const signatureSchema = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{64,88}$/, 'must be a base58 signature')

/** One page of a list: every list of the API has this shape. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
