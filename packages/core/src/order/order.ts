import {
  type AttemptView,
  type EventData,
  type Failure,
  type FailureCode,
  type Fee,
  type OrderStatus,
  type OrderType,
  type OrderView,
  type PriceUnit,
  type Route,
  type RouteReceipt,
  type Sniper,
  type SwapMode,
  type TimeInForce,
} from '@fillstream/types'

/** One signed try at settling an order, or a try that ended before signing (then without signature). */
export interface Attempt {
  readonly orderId: string
  readonly accountId: string
  /** 1, 2, 3 */
  readonly attempt: number
  readonly status: AttemptView['status']
  readonly signature: string | null
  readonly signedTransaction: Uint8Array | null
  /** Block height after which the transaction can no longer land. */
  readonly lastValidBlockHeight: number | null
  readonly genesisHash: string | null
  readonly reference: string | null
  readonly venues: readonly string[]
  /** ExactIn: quoted output; ExactOut: quoted input. Base units. */
  readonly expectedAmount: bigint | null
  readonly slot: number | null
  readonly code: FailureCode | null
  readonly message: string | null
  readonly startedAt: Date
  readonly resolvedAt: Date | null
}

/** An order as the engine holds it: the row of `orders` with its attempts. Amounts in base units. */
export interface Order {
  readonly id: string
  readonly accountId: string
  readonly clientOrderId: string | null
  readonly type: OrderType
  readonly status: OrderStatus
  readonly phase: string | null
  readonly inputMint: string
  readonly outputMint: string
  readonly swapMode: SwapMode
  readonly amount: bigint
  readonly slippageBps: number
  readonly maxPriceImpactBps: number
  readonly timeInForce: TimeInForce
  readonly expiresAt: Date | null
  /** limit, stop: human decimals, as `priceUnit` says. */
  readonly limitPrice: string | null
  readonly priceUnit: PriceUnit | null
  /** limit, stop: what `amount` comes to at `limitPrice`, base units of the other side. */
  readonly threshold: bigint | null
  readonly trailingBps: number | null
  readonly sniper: Sniper | null
  readonly priorityFee: { readonly mode: 'auto' | 'fixed'; readonly maxLamports: bigint }
  readonly lastSeq: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly minOutputAmount: bigint | null
  readonly maxInputAmount: bigint | null
  readonly route: RouteReceipt | null
  readonly inputUsed: bigint | null
  readonly outputAmount: bigint | null
  readonly executedPrice: string | null
  readonly txHash: string | null
  readonly fees: readonly Fee[]
  readonly failure: Failure | null
  readonly attempts: readonly Attempt[]
}

/** An order of a page of the history: its route comes without the comparison that chose it. */
export type ListedOrder = Omit<Order, 'route'> & { readonly route: Route | null }

/** What a new order is made of; status and times are the store's. A `GTD` order without `expiresAt` gets one by its clock. */
export type NewOrder = Pick<
  Order,
  | 'id'
  | 'accountId'
  | 'clientOrderId'
  | 'type'
  | 'inputMint'
  | 'outputMint'
  | 'swapMode'
  | 'amount'
  | 'slippageBps'
  | 'maxPriceImpactBps'
  | 'timeInForce'
  | 'expiresAt'
  | 'limitPrice'
  | 'priceUnit'
  | 'threshold'
  | 'trailingBps'
  | 'sniper'
  | 'minOutputAmount'
  | 'maxInputAmount'
  | 'priorityFee'
> & {
  readonly idempotencyKey: string | null
  /** SHA-256 of the canonical body, hex: tells a repeat from a reuse. */
  readonly bodyHash: string
  readonly eventId: string
}

/** What every order has when it is new, beside its terms and times. */
export const NEW_ORDER_STATE = {
  status: 'pending',
  phase: null,
  lastSeq: 1,
  route: null,
  inputUsed: null,
  outputAmount: null,
  executedPrice: null,
  txHash: null,
  fees: [],
  failure: null,
  attempts: [],
} as const satisfies Partial<Order>

/** Fields of the projection that an append may set along with its event. */
export type OrderChanges = Partial<
  Pick<
    Order,
    | 'minOutputAmount'
    | 'maxInputAmount'
    | 'route'
    | 'inputUsed'
    | 'outputAmount'
    | 'executedPrice'
    | 'txHash'
    | 'fees'
    | 'failure'
  >
> & {
  /** In how many ms, by the clock of Postgres, the order is next due for work; null when it waits for the chain or is done. */
  readonly dueInMs?: number | null
}

/** An order as it is kept in Redis while it is active, and shown: all but the links, which depend on who shows it. */
export type OrderSnapshot = Omit<OrderView, 'links'> & { accountId: string }

export interface OrderLinks {
  /** Base of `links.stream`, such as `ws://127.0.0.1:3001`. */
  readonly streamBase: string
}

const text = (amount: bigint | null) => (amount === null ? null : amount.toString())
const time = (date: Date | null) => (date === null ? null : date.toISOString())

function attemptView(attempt: Attempt): AttemptView {
  return {
    attempt: attempt.attempt,
    status: attempt.status,
    txHash: attempt.signature,
    venues: [...attempt.venues],
    expectedAmount: text(attempt.expectedAmount),
    lastValidBlockHeight: attempt.lastValidBlockHeight,
    slot: attempt.slot,
    code: attempt.code,
    message: attempt.message,
    startedAt: attempt.startedAt.toISOString(),
    resolvedAt: time(attempt.resolvedAt),
  }
}

/** The route without its comparison, as orders show it. */
function routeOf(route: Route | null): Route | null {
  if (route === null) return null
  return {
    inputMint: route.inputMint,
    outputMint: route.outputMint,
    swapMode: route.swapMode,
    inAmount: route.inAmount,
    outAmount: route.outAmount,
    price: route.price,
    feeBps: route.feeBps,
    priceImpactBps: route.priceImpactBps,
    routePlan: route.routePlan,
    contextSlot: route.contextSlot,
  }
}

/** The wire form of an order, without links. */
export function snapshotOf(order: ListedOrder): OrderSnapshot {
  return {
    orderId: order.id,
    accountId: order.accountId,
    clientOrderId: order.clientOrderId,
    type: order.type,
    status: order.status,
    phase: order.phase,
    inputMint: order.inputMint,
    outputMint: order.outputMint,
    swapMode: order.swapMode,
    amount: order.amount.toString(),
    slippageBps: order.slippageBps,
    maxPriceImpactBps: order.maxPriceImpactBps,
    timeInForce: order.timeInForce,
    expiresAt: time(order.expiresAt),
    limitPrice: order.limitPrice,
    priceUnit: order.priceUnit,
    trailingBps: order.trailingBps,
    sniper: order.sniper,
    priorityFee: { mode: order.priorityFee.mode, maxLamports: order.priorityFee.maxLamports.toString() },
    lastSeq: order.lastSeq,
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
    minOutputAmount: text(order.minOutputAmount),
    maxInputAmount: text(order.maxInputAmount),
    attempts: order.attempts.map(attemptView),
    route: routeOf(order.route),
    inputUsed: text(order.inputUsed),
    outputAmount: text(order.outputAmount),
    executedPrice: order.executedPrice,
    txHash: order.txHash,
    fees: [...order.fees],
    failure: order.failure,
  }
}

/** The public answer for a snapshot: its account left out, its links put in. */
export function orderView(snapshot: OrderSnapshot, links: OrderLinks): OrderView {
  const { accountId: _accountId, ...view } = snapshot
  const self = `/v1/orders/${snapshot.orderId}`
  return {
    ...view,
    links: {
      self,
      events: `${self}/events`,
      route: `${self}/route`,
      stream: `${links.streamBase}/v1/stream`,
    },
  }
}

/** An event before it has a number. `eventId` is the writer's own (UUID), so that it can recognise its append. */
export interface EventDraft {
  readonly eventId: string
  readonly status: OrderStatus
  readonly phase: string | null
  readonly data: EventData
}
