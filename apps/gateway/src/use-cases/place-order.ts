import { AppError, type NewOrder, type Order, type OrderSnapshot, snapshotOf } from '@fillstream/core'
import { type QueuedOrder } from '@fillstream/messaging'
import { type Deps } from '@fillstream/runtime'
import { type ExistingOrder, type InsertResult, type Journal, type OrderWrites } from '@fillstream/store'
import { type OrderRequest } from '@fillstream/types'
import { createPatience, type Patiently } from '../deadline'
import { type Dependencies } from '../dependencies'
import { type GatewayEvents } from '../events'
import { type Call } from '../http/call'
import { type OverloadGuard } from '../middleware/overload'
import { type TradingWatch } from '../trading-watch'
import { asAccepted } from './accepted-order'
import { bodyHash } from './body-hash'
import { priceColumns, withDefaults, type PriceColumns } from './order-terms'
import { resolvePair } from './resolve-mints'
import { type TradableTokens } from './tradable-tokens'

export interface PlaceOrderDeps extends Pick<Deps, 'clock' | 'ids' | 'checkpoint'> {
  readonly journal: Pick<Journal, 'accept'>
  readonly orders: Pick<OrderWrites, 'lookupExisting'>
  readonly trading: Pick<TradingWatch, 'refusal'>
  readonly overload: Pick<OverloadGuard, 'refusal'>
  readonly enqueuer: { add(order: QueuedOrder): void }
  readonly tokens: Pick<TradableTokens, 'has' | 'list'>
  readonly dependencies: Pick<Dependencies, 'isUp' | 'assertUp' | 'recheck'>
  readonly events: GatewayEvents
}

/** Who submits what, under which form of the API: the form is part of what an idempotency key stands for. */
export interface Submission {
  readonly form: 'order' | 'short'
  readonly call: Pick<Call<'placeOrder'>, 'caller' | 'requestId' | 'idempotencyKey'>
  readonly request: OrderRequest
}

export interface PlacedOrder {
  readonly order: OrderSnapshot
  /** Whether this repeats the answer to an earlier request with the same idempotency key. */
  readonly replayed: boolean
}

export type PlaceOrder = (submission: Submission) => Promise<PlacedOrder>

const PATIENCE_MS = 3_000
const MOST_PATIENCE_MS = 10_000

/**
 * Makes the order durable and queues it. Throws VALIDATION_FAILED, DUPLICATE_CLIENT_ORDER_ID, IDEMPOTENCY_KEY_REUSED,
 * OVERLOADED, TRADING_HALTED, and DEPENDENCY_UNAVAILABLE: without `orderId` nothing was written. During a halt or under
 * overload what was accepted before is still answered as it was.
 */
export function createPlaceOrder(deps: PlaceOrderDeps): PlaceOrder {
  const { enqueuer, tokens, trading, overload, dependencies, events, clock, ids, checkpoint } = deps
  const patiently = createPatience(clock)
  return async ({ form, call, request: given }) => {
    const request = withDefaults(await resolvePair(given, tokens, given.type === 'sniper'))
    const prices = await priceColumns(request, tokens)
    dependencies.assertUp('postgres', 'redis')
    const { requestId, idempotencyKey } = call
    const { accountId } = call.caller
    const order = newOrderOf(request, prices, {
      id: ids.uuid(),
      eventId: ids.uuid(),
      accountId,
      idempotencyKey,
      bodyHash: bodyHash(form, request),
    })
    const refusal = trading.refusal() ?? overload.refusal()
    const result = refusal ? await acceptedBefore(deps, order, refusal) : await accept(deps, patiently, order)
    if (result.outcome === 'existing') {
      const placed = repeated(order, result)
      events.orderRepeated({ requestId, orderId: result.order.id, by: result.by })
      return placed
    }
    enqueuer.add({ orderId: order.id, accountId, lastSeq: result.order.lastSeq })
    checkpoint('accepted.answering')
    events.orderAccepted({ requestId, orderId: order.id, accountId })
    return { order: asAccepted(result.order), replayed: false }
  }
}

type Identity = Pick<NewOrder, 'id' | 'eventId' | 'accountId' | 'idempotencyKey' | 'bodyHash'>

/** Field by field: an object spread and then overwritten takes V8 50 times as long. */
function newOrderOf(
  request: ReturnType<typeof withDefaults>,
  { threshold, minOutputAmount, maxInputAmount }: PriceColumns,
  { id, eventId, accountId, idempotencyKey, bodyHash: hash }: Identity,
): NewOrder {
  const { type, inputMint, outputMint, swapMode, amount, slippageBps, maxPriceImpactBps } = request
  const { timeInForce, clientOrderId, expiresAt, limitPrice, priceUnit, trailingBps, sniper, priorityFee } =
    request
  return {
    id,
    eventId,
    accountId,
    idempotencyKey,
    bodyHash: hash,
    type,
    inputMint,
    outputMint,
    swapMode,
    amount: BigInt(amount),
    slippageBps,
    maxPriceImpactBps,
    timeInForce,
    clientOrderId: clientOrderId ?? null,
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
    limitPrice: limitPrice ?? null,
    priceUnit: priceUnit ?? null,
    trailingBps: trailingBps ?? null,
    sniper: sniper ?? null,
    priorityFee: { mode: priorityFee.mode, maxLamports: BigInt(priorityFee.maxLamports) },
    threshold,
    minOutputAmount,
    maxInputAmount,
  }
}

async function acceptedBefore(
  { orders }: Pick<PlaceOrderDeps, 'orders'>,
  order: NewOrder,
  refusal: AppError,
): Promise<ExistingOrder> {
  const existing = await orders.lookupExisting(order)
  if (existing) return existing
  throw refusal
}

async function accept(
  { journal, dependencies }: PlaceOrderDeps,
  patiently: Patiently,
  order: NewOrder,
): Promise<InsertResult> {
  const patience = {
    patienceMs: PATIENCE_MS,
    mostMs: MOST_PATIENCE_MS,
    isHopeless: () => !dependencies.isUp('postgres'),
  }
  try {
    return await patiently(patience, journal.accept(order), () => mayBeAccepted(order))
  } catch (error) {
    if (error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE') {
      dependencies.recheck()
      if (error.context.orderId !== undefined) throw mayBeAccepted(order, error)
    }
    throw error
  }
}

function mayBeAccepted(order: Pick<Order, 'id'>, cause?: unknown): AppError {
  return new AppError(
    'DEPENDENCY_UNAVAILABLE',
    'may have been accepted; repeat with the same key',
    { orderId: order.id },
    { cause },
  )
}

function repeated(
  wanted: NewOrder,
  { by, order, bodyHash: firstHash }: Extract<InsertResult, { outcome: 'existing' }>,
): PlacedOrder {
  const same = firstHash === wanted.bodyHash
  if (by === 'idempotencyKey') {
    if (same) return { order: asAccepted(order), replayed: true }
    throw new AppError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came with another body before')
  }
  if (same) return { order: snapshotOf(order), replayed: false }
  throw new AppError(
    'DUPLICATE_CLIENT_ORDER_ID',
    `order ${order.id} has this clientOrderId and another body`,
    { orderId: order.id },
  )
}
