import { z } from 'zod'
import { orderIdSchema, timestampSchema } from './primitives'
import { launchEventSchema, priceEventSchema } from './prices'
import { eventDataSchema } from './events'
import { orderSchema, orderStatusSchema } from './order'

/** Close codes of `/v1/stream` beside the standard 1000 and 1001. */
export const CLOSE_CODES = { protocolError: 4400, unauthenticated: 4401, slowConsumer: 4429 } as const

/** `order` and `orders` tell the caller's own orders, `prices` (of a pair) and `pools` (launches of new tokens) the market to everybody. */
export const channelSchema = z.enum(['order', 'orders', 'prices', 'pools'])
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
const orderChannelSchema = channelSchema.extract(['order', 'orders'])
export type OrderChannel = z.infer<typeof orderChannelSchema>

export const orderSnapshotSchema = orderSchema
export const ordersSnapshotSchema = z.object({
  cursor: z.number().int().min(0),
  orders: z.array(orderSchema),
})

export const poolsSnapshotSchema = z.object({
  /** The last launches, newest last. */
  launches: z.array(launchEventSchema),
})

export const pricesSnapshotSchema = z.object({
  /** Null where the pair has no price yet. */
  price: priceEventSchema.nullable(),
})

export const eventMessageSchema = z.object({
  type: z.literal('event'),
  channel: orderChannelSchema,
  id: z.string().nullable(),
  orderId: orderIdSchema,
  seq: z.number().int().min(1),
  cursor: z.number().int().min(1),
  at: timestampSchema,
  data: eventDataSchema.extend({ status: orderStatusSchema, phase: z.string().nullable() }),
})
export type EventMessage = z.infer<typeof eventMessageSchema>

/** A launch. It may come again after an outage: a pool is launched once. */
export const launchMessageSchema = z.object({
  type: z.literal('event'),
  channel: z.literal('pools'),
  id: z.null(),
  at: timestampSchema,
  data: launchEventSchema,
})
export type LaunchMessage = z.infer<typeof launchMessageSchema>

/** What a pair can be traded at since a slot. A client that reads slowly gets the newest only. */
export const priceMessageSchema = z.object({
  type: z.literal('event'),
  channel: z.literal('prices'),
  /** `<inputMint>-<outputMint>` */
  id: z.string(),
  at: timestampSchema,
  data: priceEventSchema,
})
export type PriceMessage = z.infer<typeof priceMessageSchema>

export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connected'), connectionId: z.string(), heartbeatMs: z.number() }),
  z.object({
    type: z.literal('subscribed'),
    ...channelAndId,
    snapshot: z.union([orderSnapshotSchema, ordersSnapshotSchema, poolsSnapshotSchema, pricesSnapshotSchema]),
  }),
  z.discriminatedUnion('channel', [eventMessageSchema, launchMessageSchema, priceMessageSchema]),
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
