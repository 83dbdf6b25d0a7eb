import { NEW_ORDER_STATE, type NewOrder, type Order } from '@fillstream/core'
import type { OrderNews } from '@fillstream/types'
import type { InsertResult } from './orders'

/** What of a new order only Postgres knows: times in epoch ms, by its clock. */
export type CreatedRow = readonly [id: string, cursor: string, at: string, expiresAt: string | null]

/** The order and its first event as the statement that made them left them. */
export function created(draft: NewOrder, [, cursor, createdAt, expiresAt]: CreatedRow): InsertResult {
  const at = new Date(Number(createdAt))
  const order = asNew(draft, at, expiresAt === null ? null : new Date(Number(expiresAt)))
  const event: OrderNews = {
    orderId: draft.id,
    accountId: draft.accountId,
    seq: 1,
    cursor: Number(cursor),
    status: 'pending',
    phase: null,
    at: at.toISOString(),
    data: {},
  }
  return { outcome: 'created', order, news: [event] }
}

/** Field by field: to an object that was spread V8 adds further fields a hundred times as slowly. */
function asNew(draft: NewOrder, createdAt: Date, expiresAt: Date | null): Order {
  return {
    id: draft.id,
    accountId: draft.accountId,
    clientOrderId: draft.clientOrderId,
    type: draft.type,
    status: NEW_ORDER_STATE.status,
    phase: NEW_ORDER_STATE.phase,
    inputMint: draft.inputMint,
    outputMint: draft.outputMint,
    swapMode: draft.swapMode,
    amount: draft.amount,
    slippageBps: draft.slippageBps,
    maxPriceImpactBps: draft.maxPriceImpactBps,
    timeInForce: draft.timeInForce,
    expiresAt,
    limitPrice: draft.limitPrice,
    priceUnit: draft.priceUnit,
    threshold: draft.threshold,
    trailingBps: draft.trailingBps,
    sniper: draft.sniper,
    priorityFee: draft.priorityFee,
    lastSeq: NEW_ORDER_STATE.lastSeq,
    createdAt,
    updatedAt: createdAt,
    minOutputAmount: draft.minOutputAmount,
    maxInputAmount: draft.maxInputAmount,
    route: NEW_ORDER_STATE.route,
    inputUsed: NEW_ORDER_STATE.inputUsed,
    outputAmount: NEW_ORDER_STATE.outputAmount,
    executedPrice: NEW_ORDER_STATE.executedPrice,
    txHash: NEW_ORDER_STATE.txHash,
    fees: NEW_ORDER_STATE.fees,
    failure: NEW_ORDER_STATE.failure,
    attempts: NEW_ORDER_STATE.attempts,
  }
}
