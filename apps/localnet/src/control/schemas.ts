import { decodeAddress } from '@fillstream/core'
import { z } from 'zod'

const U64_MAX = (1n << 64n) - 1n

export const addressSchema = z
  .string()
  .refine((text) => decodeAddress(text) !== null, 'must be a base58 address')
export const amountSchema = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,19})$/, 'must be base units as a string')
  .transform((text) => BigInt(text))
  .refine((value) => value <= U64_MAX, 'must fit a u64')

export const submitBody = z.strictObject({ transaction: z.base64() })

export const faucetBody = z.strictObject({
  address: addressSchema,
  grants: z
    .array(z.strictObject({ mint: addressSchema, amount: amountSchema }))
    .min(1)
    .max(50),
  autoTopUp: z.boolean().default(false),
})

export const topUpBody = z.strictObject({ address: addressSchema, mint: addressSchema, amount: amountSchema })

/** Between a hundredth and a hundredfold of the price. */
export const moveBody = z.strictObject({ priceBps: z.number().int().min(-9_900).max(1_000_000) })

export const slotsQuery = z.strictObject({
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
