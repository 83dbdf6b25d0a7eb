import { z } from 'zod'
import {
  addressSchema,
  amountSchema,
  bpsSchema,
  decimalSchema,
  mintOrSymbolSchema,
  orderIdSchema,
  pageSchema,
  positiveAmountSchema,
  signatureSchema,
  timestampSchema,
} from './primitives'
import {
  checkTerms,
  orderTermsShape,
  orderTypeSchema,
  priceUnitSchema,
  sniperViewSchema,
  timeInForceSchema,
} from './order-terms'
import { routeReceiptSchema, routeSchema, swapModeSchema } from './quote'

export const ORDER_STATUSES = [
  'pending',
  'open',
  'routing',
  'building',
  'submitted',
  'confirmed',
  'failed',
  'cancelled',
  'expired',
] as const
export const orderStatusSchema = z.enum(ORDER_STATUSES)
export type OrderStatus = z.infer<typeof orderStatusSchema>

export const FAILURE_CODES = [
  'NO_ROUTE',
  'INSUFFICIENT_LIQUIDITY',
  'SLIPPAGE_EXCEEDED',
  'PRICE_IMPACT_TOO_HIGH',
  'INSUFFICIENT_FUNDS',
  'VENUE_UNAVAILABLE',
  'VENUE_TIMEOUT',
  'TX_EXPIRED',
  'TX_FAILED',
  'ORDER_EXPIRED',
  'SAFETY_CHECK_FAILED',
] as const
export const failureCodeSchema = z.enum(FAILURE_CODES)
export type FailureCode = z.infer<typeof failureCodeSchema>

export const failureSchema = z.object({
  code: failureCodeSchema,
  message: z.string(),
  /** Whether sending a new order could help. */
  retryable: z.boolean(),
})
export type Failure = z.infer<typeof failureSchema>

/** The most that can be offered for priority: 1 SOL. */
const MAX_PRIORITY_LAMPORTS = 1_000_000_000n

/** Lamports that may be paid on top of the base fee. */
export const maxLamportsSchema = amountSchema.refine(
  (text) => !/^\d{1,20}$/.test(text) || BigInt(text) <= MAX_PRIORITY_LAMPORTS,
  'must be at most 1 SOL',
)

export const priorityFeeSchema = z.strictObject({
  mode: z.enum(['auto', 'fixed']).default('auto'),
  /** The most lamports that may be paid on top of the base fee. */
  maxLamports: maxLamportsSchema.default('1000000'),
})
export type PriorityFee = z.infer<typeof priorityFeeSchema>

export const clientOrderIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 _ . : -')

export const orderRequestSchema = z
  .strictObject({
    type: orderTypeSchema.default('market'),
    inputMint: mintOrSymbolSchema,
    outputMint: mintOrSymbolSchema,
    swapMode: swapModeSchema.default('ExactIn'),
    amount: positiveAmountSchema,
    slippageBps: bpsSchema.default(50),
    maxPriceImpactBps: bpsSchema.default(1_000),
    clientOrderId: clientOrderIdSchema.optional(),
    priorityFee: priorityFeeSchema.prefault({}),
    ...orderTermsShape,
  })
  .superRefine((request, context) => {
    for (const { field, message } of checkTerms(request))
      context.addIssue({ code: 'custom', path: [field], message })
  })
  .meta({ description: 'A new order. Amounts are base units written as strings.' })
export type OrderRequest = z.infer<typeof orderRequestSchema>

/** The short form: whole SOL to buy with USDC, at most 9 decimals. */
export const shortOrderRequestSchema = z.strictObject({
  amount: z
    .number()
    .positive()
    .max(18_000_000_000)
    .refine(
      (n) => Number.isFinite(n) && /^\d+(\.\d{1,9})?$/.test(plainDecimal(n)),
      'must have at most 9 decimals',
    ),
})
export const shortOrderAnswerSchema = z.object({
  status: z.literal('pending'),
  orderId: orderIdSchema,
  message: z.string(),
  stream: z.string(),
})

/** `n` as plain decimal digits, without an exponent: 1e-9 is `0.000000001`. */
export function plainDecimal(n: number): string {
  const text = String(n)
  const match = /^(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!match) return text
  const [, whole = '0', fraction = '', exponent = '0'] = match
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  return point >= digits.length
    ? digits.padEnd(point, '0')
    : `${digits.slice(0, point)}.${digits.slice(point)}`
}

export const feeSchema = z.object({
  kind: z.enum(['venue', 'network', 'priority', 'rent']),
  mint: addressSchema,
  amount: amountSchema,
  venue: z.string().optional(),
})
export type Fee = z.infer<typeof feeSchema>

export const attemptStatusSchema = z.enum(['submitted', 'confirmed', 'failed'])

export const attemptSchema = z.object({
  attempt: z.number().int().min(1),
  status: attemptStatusSchema,
  txHash: signatureSchema.nullable(),
  venues: z.array(z.string()),
  expectedAmount: amountSchema.nullable(),
  lastValidBlockHeight: z.number().int().nullable(),
  slot: z.number().int().nullable(),
  code: failureCodeSchema.nullable(),
  message: z.string().nullable(),
  startedAt: timestampSchema,
  resolvedAt: timestampSchema.nullable(),
})
export type AttemptView = z.infer<typeof attemptSchema>

export const linksSchema = z.object({
  self: z.string(),
  events: z.string(),
  route: z.string(),
  stream: z.string(),
})

export const orderSchema = z.object({
  orderId: orderIdSchema,
  clientOrderId: z.string().nullable(),
  type: orderTypeSchema,
  status: orderStatusSchema,
  phase: z.string().nullable(),
  inputMint: addressSchema,
  outputMint: addressSchema,
  swapMode: swapModeSchema,
  amount: amountSchema,
  slippageBps: bpsSchema,
  maxPriceImpactBps: bpsSchema,
  timeInForce: timeInForceSchema,
  expiresAt: timestampSchema.nullable(),
  /** limit, stop: as it was sent; `priceUnit` says how to read it. */
  limitPrice: decimalSchema.nullable(),
  priceUnit: priceUnitSchema.nullable(),
  trailingBps: z.number().int().nullable(),
  sniper: sniperViewSchema.nullable(),
  priorityFee: priorityFeeSchema,
  lastSeq: z.number().int().min(1),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  minOutputAmount: amountSchema.nullable(),
  maxInputAmount: amountSchema.nullable(),
  attempts: z.array(attemptSchema),
  route: routeSchema.nullable(),
  inputUsed: amountSchema.nullable(),
  outputAmount: amountSchema.nullable(),
  executedPrice: decimalSchema.nullable(),
  txHash: signatureSchema.nullable(),
  fees: z.array(feeSchema),
  failure: failureSchema.nullable(),
  links: linksSchema,
})
export type OrderView = z.infer<typeof orderSchema>

export const orderRouteSchema = routeReceiptSchema.extend({
  orderId: orderIdSchema,
  attempt: z.number().int().min(1),
})

export const orderListQuerySchema = z.strictObject({
  status: orderStatusSchema.optional(),
  type: orderTypeSchema.optional(),
  inputMint: mintOrSymbolSchema.optional(),
  outputMint: mintOrSymbolSchema.optional(),
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export type OrderListQuery = z.infer<typeof orderListQuerySchema>

export const orderPageSchema = pageSchema(orderSchema)
