import type { Attempt, Order } from '@fillstream/core'
import type { Failure, Fee, OrderNews, RouteReceipt, Sniper } from '@fillstream/types'
import {
  Prisma,
  type Attempt as AttemptRow,
  type Order as OrderRow,
  type OrderEvent as EventRow,
} from '../generated/client'

export type { AttemptRow, EventRow, OrderRow }
export type OrderRowWithAttempts = OrderRow & { attempts: readonly AttemptRow[] }

type Decimal = OrderRow['amount']

function toBigint(amount: Decimal): bigint {
  return BigInt(amount.toFixed(0))
}
function toBigintOrNull(amount: Decimal | null): bigint | null {
  return amount === null ? null : toBigint(amount)
}
function toNumberOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value)
}

export function toAttempt(row: AttemptRow): Attempt {
  return {
    orderId: row.orderId,
    accountId: row.accountId,
    attempt: row.attempt,
    status: row.status,
    signature: row.signature,
    signedTransaction: row.signedTransaction,
    lastValidBlockHeight: toNumberOrNull(row.lastValidBlockHeight),
    genesisHash: row.genesisHash,
    reference: row.reference,
    venues: row.venues,
    expectedAmount: toBigintOrNull(row.expectedAmount),
    slot: toNumberOrNull(row.slot),
    code: row.code as Attempt['code'],
    message: row.message,
    startedAt: row.startedAt,
    resolvedAt: row.resolvedAt,
  }
}

export function toOrder(row: OrderRowWithAttempts): Order {
  return {
    id: row.id,
    accountId: row.accountId,
    clientOrderId: row.clientOrderId,
    type: row.type as Order['type'],
    status: row.status,
    phase: row.phase,
    inputMint: row.inputMint,
    outputMint: row.outputMint,
    swapMode: row.swapMode as Order['swapMode'],
    amount: toBigint(row.amount),
    slippageBps: row.slippageBps,
    maxPriceImpactBps: row.maxPriceImpactBps,
    timeInForce: row.timeInForce as Order['timeInForce'],
    expiresAt: row.expiresAt,
    limitPrice: row.limitPrice,
    priceUnit: row.priceUnit as Order['priceUnit'],
    threshold: toBigintOrNull(row.threshold),
    trailingBps: row.trailingBps,
    sniper: row.sniper as unknown as Sniper | null,
    priorityFee: {
      mode: row.priorityFeeMode as Order['priorityFee']['mode'],
      maxLamports: toBigint(row.priorityFeeMaxLamports),
    },
    lastSeq: row.lastSeq,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    minOutputAmount: toBigintOrNull(row.minOutputAmount),
    maxInputAmount: toBigintOrNull(row.maxInputAmount),
    route: row.route as unknown as RouteReceipt | null,
    inputUsed: toBigintOrNull(row.inputUsed),
    outputAmount: toBigintOrNull(row.outputAmount),
    executedPrice: row.executedPrice,
    txHash: row.txHash,
    fees: row.fees as unknown as readonly Fee[],
    failure: row.failure as unknown as Failure | null,
    attempts: row.attempts.map(toAttempt),
  }
}

export function toNews(row: EventRow): OrderNews {
  return {
    orderId: row.orderId,
    accountId: row.accountId,
    seq: row.seq,
    cursor: Number(row.cursor),
    status: row.status,
    phase: row.phase,
    at: row.at.toISOString(),
    data: row.data as OrderNews['data'],
  }
}

type Json<T> = {
  readonly [K in keyof T]: T[K] extends bigint | null
    ? string | Extract<T[K], null>
    : T[K] extends Date | null
      ? number | Extract<T[K], null>
      : T[K]
}
/** As `ATTEMPT_JSON` writes it: amounts as text, times in epoch milliseconds, without the signed bytes. */
export type AttemptJson = Json<Omit<Attempt, 'signedTransaction'>>
/** As `ORDER_JSON` writes it: amounts as text, times in epoch milliseconds. */
export type OrderJson = Json<Omit<Order, 'attempts' | 'priorityFee'>> & {
  readonly priorityFeeMode: Order['priorityFee']['mode']
  readonly priorityFeeMaxLamports: string
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

/** SQL that writes a time as epoch milliseconds. */
export const EPOCH_MS = (column: string) => Prisma.raw(ms(column))

/**
 * SQL that writes the row `a` of attempts as `AttemptJson`. The hot statements answer in JSON: reading a column takes the client
 * several times as long as parsing a field does.
 */
export const ATTEMPT_JSON = Prisma.raw(`json_build_object(
  'orderId', a.order_id, 'accountId', a.account_id, 'attempt', a.attempt, 'status', a.status, 'signature', a.signature,
  'lastValidBlockHeight', a.last_valid_block_height, 'genesisHash', a.genesis_hash, 'reference', a.reference,
  'venues', a.venues, 'expectedAmount', a.expected_amount::text, 'slot', a.slot, 'code', a.code, 'message', a.message,
  'startedAt', ${ms('a.started_at')}, 'resolvedAt', ${ms('a.resolved_at')})`)

const orderJson = (route: string) =>
  Prisma.raw(`json_build_object(
  'id', o.id, 'accountId', o.account_id, 'clientOrderId', o.client_order_id, 'type', o.type, 'status', o.status,
  'phase', o.phase, 'inputMint', o.input_mint, 'outputMint', o.output_mint, 'swapMode', o.swap_mode,
  'amount', o.amount::text, 'slippageBps', o.slippage_bps, 'maxPriceImpactBps', o.max_price_impact_bps,
  'timeInForce', o.time_in_force, 'expiresAt', ${ms('o.expires_at')}, 'limitPrice', o.limit_price,
  'priceUnit', o.price_unit, 'threshold', o.threshold::text, 'trailingBps', o.trailing_bps, 'sniper', o.sniper,
  'priorityFeeMode', o.priority_fee_mode,
  'priorityFeeMaxLamports', o.priority_fee_max_lamports::text, 'lastSeq', o.last_seq, 'createdAt', ${ms('o.created_at')},
  'updatedAt', ${ms('o.updated_at')}, 'minOutputAmount', o.min_output_amount::text,
  'maxInputAmount', o.max_input_amount::text, 'route', ${route}, 'inputUsed', o.input_used::text,
  'outputAmount', o.output_amount::text, 'executedPrice', o.executed_price, 'txHash', o.tx_hash, 'fees', o.fees,
  'failure', o.failure)`)

/** SQL that writes the row `o` of orders as `OrderJson`. */
export const ORDER_JSON = orderJson('o.route')
/** The same for a page of them: the comparison of quotes, more than half of a row, is not shown there. */
export const LISTED_ORDER_JSON = orderJson(`o.route - '{quotes,quotedAt,elapsedMs}'::text[]`)

const amount = (text: string | null) => (text === null ? null : BigInt(text))
const time = (epochMs: number | null) => (epochMs === null ? null : new Date(epochMs))

/* Field by field: a copy that gets fields of its own beside those of the original takes V8 tens of microseconds. */

export function attemptFromJson(json: AttemptJson): Attempt {
  return {
    orderId: json.orderId,
    accountId: json.accountId,
    attempt: json.attempt,
    status: json.status,
    signature: json.signature,
    signedTransaction: null,
    lastValidBlockHeight: json.lastValidBlockHeight,
    genesisHash: json.genesisHash,
    reference: json.reference,
    venues: json.venues,
    expectedAmount: amount(json.expectedAmount),
    slot: json.slot,
    code: json.code,
    message: json.message,
    startedAt: new Date(json.startedAt),
    resolvedAt: time(json.resolvedAt),
  }
}

function orderFromJson(json: OrderJson, attempts: readonly AttemptJson[]): Order {
  return {
    id: json.id,
    accountId: json.accountId,
    clientOrderId: json.clientOrderId,
    type: json.type,
    status: json.status,
    phase: json.phase,
    inputMint: json.inputMint,
    outputMint: json.outputMint,
    swapMode: json.swapMode,
    amount: BigInt(json.amount),
    slippageBps: json.slippageBps,
    maxPriceImpactBps: json.maxPriceImpactBps,
    timeInForce: json.timeInForce,
    expiresAt: time(json.expiresAt),
    limitPrice: json.limitPrice,
    priceUnit: json.priceUnit,
    threshold: amount(json.threshold),
    trailingBps: json.trailingBps,
    sniper: json.sniper,
    priorityFee: { mode: json.priorityFeeMode, maxLamports: BigInt(json.priorityFeeMaxLamports) },
    lastSeq: json.lastSeq,
    createdAt: new Date(json.createdAt),
    updatedAt: new Date(json.updatedAt),
    minOutputAmount: amount(json.minOutputAmount),
    maxInputAmount: amount(json.maxInputAmount),
    route: json.route,
    inputUsed: amount(json.inputUsed),
    outputAmount: amount(json.outputAmount),
    executedPrice: json.executedPrice,
    txHash: json.txHash,
    fees: json.fees,
    failure: json.failure,
    attempts: attempts.map(attemptFromJson),
  }
}

/** The order of a statement's answer: `ORDER_JSON`, and a list of `ATTEMPT_JSON` or null for none, as the driver has them. */
export function orderFromText(order: string, attempts: string | null): Order {
  return orderFromJson(
    JSON.parse(order) as OrderJson,
    attempts === null ? [] : (JSON.parse(attempts) as readonly AttemptJson[]),
  )
}

/**
 * `value` as JSON for Postgres. It holds no bigint. NUL characters and lone surrogates, which Postgres refuses and a foreign
 * error message may hold, become U+FFFD.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value)
  if (!text.includes('\\u')) return text
  return text.replace(/(\\\\)|\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})/g, (all, backslash?: string) =>
    backslash === undefined ? '\uFFFD' : all,
  )
}
