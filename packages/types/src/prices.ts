import { z } from 'zod'
import { addressSchema, amountSchema, positiveAmountSchema, timestampSchema } from './primitives'

/** What a swap of exactly `size` comes to, fees and impact included, at the best venue. Base units. */
export const executableAmountSchema = z.object({ size: positiveAmountSchema, amount: amountSchema })
export type ExecutableAmount = z.infer<typeof executableAmountSchema>

/**
 * What a pair could be traded at after a slot. Sizes are powers of ten, rising, and only those that can be filled:
 * `exactIn` in base units of the input (`amount` of output), `exactOut` of the output (`amount` of input).
 */
export const priceEventSchema = z.object({
  inputMint: addressSchema,
  outputMint: addressSchema,
  slot: z.number().int().min(0),
  at: timestampSchema,
  exactIn: z.array(executableAmountSchema),
  exactOut: z.array(executableAmountSchema),
})
export type PriceEvent = z.infer<typeof priceEventSchema>

/** A pool as it was created, before or after it opens. */
export const launchEventSchema = z.object({
  pool: addressSchema,
  venue: z.string(),
  /** The token that is launched. */
  mint: addressSchema,
  /** The token that it is bought with. */
  quoteMint: addressSchema,
  /** When the pool trades; null: at once. */
  openTime: timestampSchema.nullable(),
  /** The slot in which the pool appeared. */
  slot: z.number().int().min(0),
  /** Whose signature made the pool. */
  creator: addressSchema,
})
export type LaunchEvent = z.infer<typeof launchEventSchema>

/** Price events in rising slots per pair. */
export function pricesStream(prefix: string): string {
  return `${prefix}:{prices}:events`
}
/** A hash with the last price event of each pair, by `<inputMint>-<outputMint>`. */
export function lastPricesKey(prefix: string): string {
  return `${prefix}:{prices}:last`
}
export function launchesStream(prefix: string): string {
  return `${prefix}:{launches}:events`
}

/** How a pair is named in keys and channels. */
export function pairId(pair: { readonly inputMint: string; readonly outputMint: string }): string {
  return `${pair.inputMint}-${pair.outputMint}`
}
