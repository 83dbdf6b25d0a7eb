import type { Attempt, Order } from '@fillstream/core'
import type { Failure, Fee, OrderNews, RouteReceipt } from '@fillstream/types'
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

export function toOrder(row: OrderRow, attempts: readonly Attempt[]): Order {
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
    attempts,
  }
}

export function toOrderWithAttempts(row: OrderRowWithAttempts): Order {
  return toOrder(row, row.attempts.map(toAttempt))
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

/** Column of `orders` by the name that the client gives it. */
const ORDER_COLUMNS: Readonly<Record<keyof OrderRow, string>> = {
  id: 'id',
  accountId: 'account_id',
  clientOrderId: 'client_order_id',
  idempotencyKey: 'idempotency_key',
  bodyHash: 'body_hash',
  type: 'type',
  status: 'status',
  phase: 'phase',
  inputMint: 'input_mint',
  outputMint: 'output_mint',
  swapMode: 'swap_mode',
  amount: 'amount',
  slippageBps: 'slippage_bps',
  maxPriceImpactBps: 'max_price_impact_bps',
  timeInForce: 'time_in_force',
  expiresAt: 'expires_at',
  priorityFeeMode: 'priority_fee_mode',
  priorityFeeMaxLamports: 'priority_fee_max_lamports',
  lastSeq: 'last_seq',
  attemptCount: 'attempt_count',
  runAfter: 'run_after',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  endedAt: 'ended_at',
  minOutputAmount: 'min_output_amount',
  maxInputAmount: 'max_input_amount',
  route: 'route',
  inputUsed: 'input_used',
  outputAmount: 'output_amount',
  executedPrice: 'executed_price',
  txHash: 'tx_hash',
  fees: 'fees',
  failure: 'failure',
}

/** The columns of `orders`, named as the client names them, for statements written by hand. */
export function orderColumns(alias: string): Prisma.Sql {
  return Prisma.raw(
    Object.entries(ORDER_COLUMNS)
      .map(([name, column]) => `${alias}.${column} AS "${name}"`)
      .join(', '),
  )
}

/** An attempt as `ATTEMPT_JSON` writes it: amounts as text, times in ISO 8601, without the signed bytes. */
export interface AttemptJson {
  readonly orderId: string
  readonly accountId: string
  readonly attempt: number
  readonly status: Attempt['status']
  readonly signature: string | null
  readonly lastValidBlockHeight: number | null
  readonly genesisHash: string | null
  readonly reference: string | null
  readonly venues: readonly string[]
  readonly expectedAmount: string | null
  readonly slot: number | null
  readonly code: Attempt['code']
  readonly message: string | null
  readonly startedAt: string
  readonly resolvedAt: string | null
}

/** SQL that writes the row `a` of attempts as `AttemptJson`. */
export const ATTEMPT_JSON = Prisma.raw(`jsonb_build_object(
  'orderId', a.order_id, 'accountId', a.account_id, 'attempt', a.attempt, 'status', a.status, 'signature', a.signature,
  'lastValidBlockHeight', a.last_valid_block_height, 'genesisHash', a.genesis_hash, 'reference', a.reference,
  'venues', a.venues, 'expectedAmount', a.expected_amount::text, 'slot', a.slot, 'code', a.code, 'message', a.message,
  'startedAt', a.started_at, 'resolvedAt', a.resolved_at)`)

export function attemptFromJson(json: AttemptJson): Attempt {
  return {
    ...json,
    signedTransaction: null,
    expectedAmount: json.expectedAmount === null ? null : BigInt(json.expectedAmount),
    startedAt: new Date(json.startedAt),
    resolvedAt: json.resolvedAt === null ? null : new Date(json.resolvedAt),
  }
}

/**
 * `value` as JSON for Postgres: bigints as text, times in ISO 8601. NUL characters and lone surrogates, which Postgres refuses
 * and a foreign error message may hold, become U+FFFD.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, field: unknown) =>
    typeof field === 'bigint' ? field.toString() : field,
  )
  return text.replace(/(\\\\)|\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})/g, (all, backslash?: string) =>
    backslash === undefined ? '\uFFFD' : all,
  )
}
