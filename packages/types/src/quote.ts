import { z } from 'zod'
import {
  addressSchema,
  amountSchema,
  bpsSchema,
  decimalSchema,
  mintOrSymbolSchema,
  positiveAmountSchema,
  timestampSchema,
} from './primitives'

export const swapModeSchema = z.enum(['ExactIn', 'ExactOut'])
export type SwapMode = z.infer<typeof swapModeSchema>

/** One pool crossed by one leg. `leg` counts the parallel parts of a split from 0; hops of a leg stand in order. `bps` is the leg's share. */
export const routeStepSchema = z.object({
  leg: z.number().int().min(0),
  bps: bpsSchema,
  venue: z.string(),
  pool: addressSchema,
  poolIndex: z.number().int().min(0),
  inputMint: addressSchema,
  outputMint: addressSchema,
  inAmount: amountSchema,
  outAmount: amountSchema,
  feeAmount: amountSchema,
  feeMint: addressSchema,
})
export type RouteStep = z.infer<typeof routeStepSchema>

/** A way through the pools with what it costs and gives, base units. */
export const routeSchema = z.object({
  inputMint: addressSchema,
  outputMint: addressSchema,
  swapMode: swapModeSchema,
  inAmount: amountSchema,
  outAmount: amountSchema,
  price: decimalSchema,
  feeBps: z.number().int().min(0),
  priceImpactBps: z.number().int().min(0).nullable(),
  routePlan: z.array(routeStepSchema),
  contextSlot: z.number().int().min(0),
})
export type Route = z.infer<typeof routeSchema>

/** What one venue answered, and why it won, lost or was left out. Amounts are null where there was no answer. */
export const venueQuoteSchema = z.object({
  venue: z.string(),
  pool: addressSchema.nullable(),
  outcome: z.enum(['won', 'lost', 'excluded']),
  /** Stable: BEST_PRICE, WORSE_PRICE, NO_POOL, INSUFFICIENT_LIQUIDITY, VENUE_TIMEOUT, VENUE_UNAVAILABLE. */
  code: z.string(),
  reason: z.string(),
  inAmount: amountSchema.nullable(),
  outAmount: amountSchema.nullable(),
  price: decimalSchema.nullable(),
  feeBps: z.number().int().min(0).nullable(),
  priceImpactBps: z.number().int().min(0).nullable(),
  /** How much worse than the winner, basis points; 0 for the winner. */
  differenceBps: z.number().int().nullable(),
  latencyMs: z.number().min(0),
})
export type VenueQuote = z.infer<typeof venueQuoteSchema>

/** The winning route and the comparison that it came from. */
export const routeReceiptSchema = routeSchema.extend({
  quotes: z.array(venueQuoteSchema),
  quotedAt: timestampSchema,
  elapsedMs: z.number().min(0),
})
export type RouteReceipt = z.infer<typeof routeReceiptSchema>

export const quoteRequestSchema = z.strictObject({
  inputMint: mintOrSymbolSchema,
  outputMint: mintOrSymbolSchema,
  swapMode: swapModeSchema.default('ExactIn'),
  amount: positiveAmountSchema,
  slippageBps: bpsSchema.default(50),
})
export type QuoteRequest = z.infer<typeof quoteRequestSchema>

export const quoteSchema = routeSchema.extend({
  quoteId: z.uuid(),
  /** The bound: least output for ExactIn, most input for ExactOut. */
  otherAmountThreshold: amountSchema,
  slippageBps: bpsSchema,
  expiresAt: timestampSchema,
  alternatives: z.array(venueQuoteSchema),
})
export type Quote = z.infer<typeof quoteSchema>

export const tokenSchema = z.object({
  mint: addressSchema,
  symbol: z.string().nullable(),
  name: z.string().nullable(),
  decimals: z.number().int().min(0),
  verified: z.boolean(),
})
export type TokenInfo = z.infer<typeof tokenSchema>

export const venueSchema = z.object({
  venue: z.string(),
  status: z.enum(['up', 'stale', 'down']),
  pools: z.number().int().min(0),
  lastSlot: z.number().int().min(0).nullable(),
  latencyMs: z.number().min(0).nullable(),
})
export type VenueInfo = z.infer<typeof venueSchema>

export const poolSchema = z.object({
  pool: addressSchema,
  venue: z.string(),
  curve: z.string(),
  mintA: addressSchema,
  mintB: addressSchema,
  reserveA: amountSchema,
  reserveB: amountSchema,
  /** Units of B for one A, human decimals. */
  price: decimalSchema,
  feeBps: z.number().int().min(0),
  openTime: timestampSchema.nullable(),
  slot: z.number().int().min(0),
})
export type PoolInfo = z.infer<typeof poolSchema>
