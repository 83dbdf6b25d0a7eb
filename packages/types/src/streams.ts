import { z } from 'zod'
import { addressSchema, amountSchema, bpsSchema, orderIdSchema } from './primitives'
import { launchEventSchema } from './prices'
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

/** A hash: the slot of the last price event of each pair, on the chain with this genesis hash. */
export function priceSlotsKey(prefix: string, genesisHash: string): string {
  return `${prefix}:{prices}:slots:${genesisHash}`
}

/** Which dex-router publishes the prices of two tokens, both ways, for as long as the key lives. */
export function priceLeaseKey(prefix: string, mintA: string, mintB: string): string {
  return `${prefix}:{prices}:lease:${mintA}-${mintB}`
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

/** Swaps of one `executable` request at most. */
export const MAX_EXECUTABLE_SWAPS = 500

/** Launches of one answer at most. */
export const MAX_LAUNCHES = 1_000

/** What is to be swapped, for which attempt. */
const swapRequest = {
  orderId: orderIdSchema,
  attempt: z.number().int().min(1),
  wallet: addressSchema,
  swapMode: swapModeSchema,
  inputMint: addressSchema,
  outputMint: addressSchema,
}

const swapReplySchema = z.object({
  instructions: z.array(instructionSchema),
  coSigner: addressSchema,
  reference: addressSchema,
})
/** The instructions of a settlement, who signs beside the wallet, and the key by which the settlement is found. */
export type SwapReply = z.infer<typeof swapReplySchema>

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
      ...swapRequest,
      /** ExactIn: the exact input. ExactOut: the most input that is signed. */
      inAmount: amountSchema,
      /** ExactIn: the least output. ExactOut: the exact output. */
      outAmount: amountSchema,
      routePlan: z.array(routeStepSchema).min(1),
    }),
    reply: swapReplySchema,
  },
  /** `quote` and the `swap` of what it finds by one request: most of the cost of either is the way there and back. */
  quoteSwap: {
    request: z.object({
      ...swapRequest,
      amount: amountSchema,
      /** The least output (ExactIn) or the most input (ExactOut); where it is null, what is quoted less the slippage fixes it. */
      bound: amountSchema.nullable(),
      slippageBps: bpsSchema,
    }),
    reply: z.object({ receipt: routeReceiptSchema, swap: swapReplySchema }),
  },
  /** What many swaps would come to now, from the book alone: no venue is asked. `null`: nobody can fill it. */
  executable: {
    request: z.object({
      swaps: z
        .array(
          z.object({
            inputMint: addressSchema,
            outputMint: addressSchema,
            swapMode: swapModeSchema,
            amount: amountSchema,
          }),
        )
        .max(MAX_EXECUTABLE_SWAPS),
    }),
    reply: z.object({ amounts: z.array(amountSchema.nullable()) }),
  },
  /**
   * The whole amount over one launched pool, as it will be in the slot in which it opens, or as it is where it has opened.
   * Nothing is compared and nobody is asked: in that slot every millisecond counts.
   */
  launchQuote: {
    request: z.object({ pool: addressSchema, amount: amountSchema, orderId: orderIdSchema.optional() }),
    reply: routeReceiptSchema,
  },
  /** Launches of a token, or without `mint` all that opened within the last minutes or will open; newest first. */
  launches: {
    request: z.object({ mint: addressSchema.optional() }),
    reply: z.object({ launches: z.array(launchEventSchema).max(MAX_LAUNCHES) }),
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
