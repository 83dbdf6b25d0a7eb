import { z } from 'zod'
import { orderIdSchema, timestampSchema } from './primitives'
import { eventDataSchema } from './events'
import { orderSchema, orderStatusSchema } from './order'

/** Close codes of `/v1/stream` beside the standard 1000 and 1001. */
export const CLOSE_CODES = { protocolError: 4400, unauthenticated: 4401, slowConsumer: 4429 } as const

export const channelSchema = z.enum(['order', 'orders'])
export type Channel = z.infer<typeof channelSchema>

const position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auth'), token: z.string().min(1).max(4_096) }),
  z.strictObject({
    type: z.literal('subscribe'),
    channel: channelSchema,
    id: z.string().max(256).nullish(),
    afterSeq: position.optional(),
    cursor: position.optional(),
  }),
  z.strictObject({
    type: z.literal('unsubscribe'),
    channel: channelSchema,
    id: z.string().max(256).nullish(),
  }),
  z.strictObject({ type: z.literal('ping'), nonce: z.union([z.string().max(256), z.number()]).optional() }),
])
export type ClientMessage = z.infer<typeof clientMessageSchema>

const channelAndId = { channel: channelSchema, id: z.string().nullable() }

export const orderSnapshotSchema = orderSchema
export const ordersSnapshotSchema = z.object({
  cursor: z.number().int().min(0),
  orders: z.array(orderSchema),
})

export const eventMessageSchema = z.object({
  type: z.literal('event'),
  ...channelAndId,
  orderId: orderIdSchema,
  seq: z.number().int().min(1),
  cursor: z.number().int().min(1),
  at: timestampSchema,
  data: eventDataSchema.extend({ status: orderStatusSchema, phase: z.string().nullable() }),
})
export type EventMessage = z.infer<typeof eventMessageSchema>

export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connected'), connectionId: z.string(), heartbeatMs: z.number() }),
  z.object({
    type: z.literal('subscribed'),
    ...channelAndId,
    snapshot: z.union([orderSnapshotSchema, ordersSnapshotSchema]),
  }),
  eventMessageSchema,
  z.object({
    type: z.literal('replayComplete'),
    ...channelAndId,
    lastSeq: z.number().int().min(0),
    cursor: z.number().int().min(0).optional(),
  }),
  z.object({ type: z.literal('unsubscribed'), ...channelAndId }),
  z.object({ type: z.literal('pong'), nonce: z.union([z.string(), z.number()]).optional() }),
  z.object({
    type: z.literal('error'),
    code: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    channel: z.string().optional(),
    id: z.string().nullable().optional(),
  }),
])
export type ServerMessage = z.infer<typeof serverMessageSchema>
