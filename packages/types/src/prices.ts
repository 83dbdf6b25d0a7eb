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

/** A new token's pool as it was first seen, before or after it opens. */
export const launchEventSchema = z.object({
  pool: addressSchema,
  venue: z.string(),
  /** The token that is launched. */
  mint: addressSchema,
  decimals: z.number().int().min(0),
  /** The token that it is bought with. */
  quoteMint: addressSchema,
  /** The first slot in which the pool trades. */
  openSlot: z.number().int().min(0),
  /** When that will be about; null: unknown. */
  openTime: timestampSchema.nullable(),
  /** Base units of `quoteMint` in the pool. */
  quoteReserve: amountSchema,
  /** The slot in which the pool appeared. */
  slot: z.number().int().min(0),
  /** Who made token and pool. */
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
/** The launches of new tokens' pools, each once. */
export function launchesStream(prefix: string): string {
  return `${prefix}:{launches}:events`
}
/** Stands for a while after a pool's launch was told, so that it is told once. */
export function launchToldKey(prefix: string, pool: string): string {
  return `${prefix}:{launches}:told:${pool}`
}

/** Which order-worker prepares a sniper order, for as long as the key lives. */
export function sniperLeaseKey(prefix: string, orderId: string): string {
  return `${prefix}:sniper:${orderId}`
}

/** How a pair is named in keys and channels. */
export function pairId(pair: { readonly inputMint: string; readonly outputMint: string }): string {
  return `${pair.inputMint}-${pair.outputMint}`
}
