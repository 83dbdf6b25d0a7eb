import { z } from 'zod'
import { orderIdSchema } from './primitives'

/** The queue of orders to execute. A job carries ids only: the order is read from Postgres. */
export const ORDERS_QUEUE = 'orders'
export const orderJobSchema = z.object({
  orderId: orderIdSchema,
  accountId: z.uuid(),
  traceparent: z.string().optional(),
})
export type OrderJob = z.infer<typeof orderJobSchema>

/** `<orderId>-<lastSeq>`: the same step is queued once while its job exists. */
export function orderJobId(orderId: string, lastSeq: number): string {
  return `${orderId}-${lastSeq}`
}
