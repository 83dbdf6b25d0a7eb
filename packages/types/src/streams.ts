import { z } from 'zod'
import { addressSchema, amountSchema, orderIdSchema } from './primitives'
import {
  poolSchema,
  routeReceiptSchema,
  routeStepSchema,
  swapModeSchema,
  tokenSchema,
  venueSchema,
} from './quote'

/** Redis key names, all below the deployment's prefix. Keys that one script touches share a hash tag. */
export function orderEventsStream(prefix: string, shard: number): string {
  return `${prefix}:{orders-${shard}}:events`
}
export function orderHashKey(prefix: string, shard: number, orderId: string): string {
  return `${prefix}:{orders-${shard}}:order:${orderId}`
}
/** How many jobs the order-workers have finished in this partition, as far as Redis remembers: a counter. */
export function finishedJobsKey(prefix: string, shard: number): string {
  return `${prefix}:{orders-${shard}}:finished`
}
export function epochKey(prefix: string): string {
  return `${prefix}:epoch`
}
export function requestStream(prefix: string, service: string): string {
  return `${prefix}:rpc:${service}`
}
export function replyStream(prefix: string, callerId: string): string {
  return `${prefix}:rpc-reply:${callerId}`
}

/** Where a stream token is kept until it expires: `tokenHash` is the SHA-256 of the token, hex. */
export function streamTokenKey(prefix: string, tokenHash: string): string {
  return `${prefix}:stream-token:${tokenHash}`
}

/** Which partition an account's events and orders belong to: FNV-1a of its id. */
export function shardOf(accountId: string, shards: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < accountId.length; i++)
    hash = Math.imul(hash ^ accountId.charCodeAt(i), 0x01000193) >>> 0
  return hash % shards
}

/** Envelopes of request and reply over streams. After `timeoutMs`, by the clock of Redis, nobody waits any more. */
export const rpcRequestSchema = z.object({
  id: z.string(),
  replyTo: z.string(),
  timeoutMs: z.number(),
  op: z.string(),
  body: z.unknown(),
})
export const rpcReplySchema = z.discriminatedUnion('ok', [
  z.object({ id: z.string(), ok: z.literal(true), body: z.unknown() }),
  z.object({
    id: z.string(),
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string() }),
  }),
])

/** One instruction as a venue hands it back. `role`: 0 readonly, 1 writable, 2 readonly signer, 3 writable signer. */
export const instructionSchema = z.object({
  programAddress: addressSchema,
  accounts: z.array(z.object({ address: addressSchema, role: z.number().int().min(0).max(3) })),
  data: z.base64(),
})
export type InstructionWire = z.infer<typeof instructionSchema>

/** What dex-router answers. Errors carry an order failure code (NO_ROUTE, VENUE_TIMEOUT, ...). */
export const DEX_ROUTER = 'dex-router'
export const dexRouterOperations = {
  quote: {
    request: z.object({
      inputMint: addressSchema,
      outputMint: addressSchema,
      swapMode: swapModeSchema,
      amount: amountSchema,
      orderId: orderIdSchema.optional(),
    }),
    reply: routeReceiptSchema,
  },
  swap: {
    request: z.object({
      orderId: orderIdSchema,
      attempt: z.number().int().min(1),
      wallet: addressSchema,
      swapMode: swapModeSchema,
      inputMint: addressSchema,
      outputMint: addressSchema,
      /** ExactIn: the exact input. ExactOut: the most input that is signed. */
      inAmount: amountSchema,
      /** ExactIn: the least output. ExactOut: the exact output. */
      outAmount: amountSchema,
      routePlan: z.array(routeStepSchema).min(1),
    }),
    reply: z.object({
      instructions: z.array(instructionSchema),
      coSigner: addressSchema,
      reference: addressSchema,
    }),
  },
  tokens: { request: z.object({}), reply: z.object({ tokens: z.array(tokenSchema) }) },
  venues: { request: z.object({}), reply: z.object({ venues: z.array(venueSchema) }) },
  pools: { request: z.object({}), reply: z.object({ pools: z.array(poolSchema) }) },
} as const

/** What order-worker answers: it alone holds the keys. */
export const ORDER_WORKER = 'order-worker'
export const balanceSchema = z.object({
  mint: addressSchema,
  symbol: z.string().nullable(),
  decimals: z.number().int(),
  amount: amountSchema,
})
export const orderWorkerOperations = {
  wallet: { request: z.object({ accountId: z.uuid() }), reply: z.object({ address: addressSchema }) },
  balances: {
    request: z.object({ accountId: z.uuid() }),
    reply: z.object({ address: addressSchema, balances: z.array(balanceSchema) }),
  },
} as const

/** A table of operations: the schema of what is asked and of what is answered, by name. */
export type RpcOperations = Readonly<
  Record<string, { readonly request: z.ZodType; readonly reply: z.ZodType }>
>
