import { z } from 'zod'
import { amountSchema, decimalSchema, orderIdSchema, signatureSchema, timestampSchema } from './primitives'
import { failureSchema, feeSchema, orderStatusSchema } from './order'

/** What an event adds to the status: which fields stand depends on the status, and more may come. */
export const eventDataSchema = z.looseObject({
  txHash: signatureSchema.optional(),
  attempt: z.number().int().optional(),
  inputUsed: amountSchema.optional(),
  outputAmount: amountSchema.optional(),
  executedPrice: decimalSchema.optional(),
  fees: z.array(feeSchema).optional(),
  failure: failureSchema.optional(),
})
export type EventData = z.infer<typeof eventDataSchema>

/** One line of an order's log. `seq` counts 1, 2, 3... without gaps. */
export const orderEventSchema = z.object({
  orderId: orderIdSchema,
  seq: z.number().int().min(1),
  status: orderStatusSchema,
  phase: z.string().nullable(),
  at: timestampSchema,
  data: eventDataSchema,
})
export type OrderEvent = z.infer<typeof orderEventSchema>

/** The same on the `order-events` streams: with its account, and `cursor`, the account's dense counter. */
export const orderNewsSchema = orderEventSchema.extend({
  accountId: z.uuid(),
  cursor: z.number().int().min(1),
})
export type OrderNews = z.infer<typeof orderNewsSchema>

export const orderEventPageSchema = z.object({
  items: z.array(orderEventSchema),
  nextCursor: z.string().nullable(),
})
export const orderEventsQuerySchema = z.strictObject({ afterSeq: z.coerce.number().int().min(0).default(0) })
