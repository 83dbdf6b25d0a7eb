import { type Attempt, type Order } from '@fillstream/core'
import { type Deps } from '@fillstream/runtime'
import { type TradingState } from '@fillstream/store'
import { findToken, type FailureCode, type OrderStatus, type RouteReceipt } from '@fillstream/types'

/** What happens in this service, by name: each is logged and counted. */
export type WorkerEvents = ReturnType<typeof createWorkerEvents>

const symbol = (mint: string) => findToken(mint)?.symbol ?? mint

/** The comparison as people read it: a line for each venue, the winner first. */
export function comparisonLines(receipt: RouteReceipt): string[] {
  const order = { won: 0, lost: 1, excluded: 2 }
  return [...receipt.quotes]
    .sort((a, b) => order[a.outcome] - order[b.outcome])
    .map((q) => {
      const price =
        q.price === null
          ? 'no price'
          : `price ${q.price}, fee ${q.feeBps} bps, impact ${q.priceImpactBps ?? '?'} bps, out ${q.outAmount}`
      return `${q.outcome === 'won' ? '*' : ' '} ${q.venue}: ${price} - ${q.reason}`
    })
}

export function createWorkerEvents({ logger, metrics }: Deps) {
  const steps = metrics.counter('order_events_total', 'Order events appended, by status', ['status'])
  const attempts = metrics.counter('attempts_total', 'Attempts that ended, by outcome', ['outcome'])
  const swept = metrics.counter('orders_requeued_total', 'Unfinished orders that the sweeper queued again')
  const fired = metrics.counter('triggers_fired_total', 'Waiting orders that a price fired')
  const parked = metrics.counter('triggers_parked_total', 'Orders found not executable at their limit yet')
  const decided = metrics.histogram(
    'trigger_seconds',
    'From a price that was read to its orders being queued',
  )
  const expired = metrics.counter('orders_expired_total', 'Orders ended because their time was over')
  const conflicts = metrics.counter('append_conflicts_total', 'Appends that lost to another writer')
  const republished = metrics.counter('news_republished_total', 'Orders whose news was told again')
  const alerts = metrics.counter('alerts_total', 'What an operator must look at', ['kind'])
  const settleTime = metrics.histogram('order_seconds', 'From acceptance to the end, by status', ['status'])
  const snipeTime = metrics.histogram(
    'snipe_seconds',
    'From the slot before an opening to the purchase handed over',
  )
  const halted = metrics.gauge('trading_halted', 'Whether an operator has halted trading')
  const unresolved = metrics.gauge('unresolved_attempts', 'Signed attempts whose outcome this copy watches')

  return {
    unresolved,
    routeChosen(order: Order, receipt: RouteReceipt) {
      logger.info(`route chosen for ${symbol(order.inputMint)} -> ${symbol(order.outputMint)}`, {
        orderId: order.id,
        comparison: comparisonLines(receipt),
      })
    },
    stepWritten(status: OrderStatus) {
      steps({ status })
    },
    stepTaken(order: Order) {
      steps({ status: order.status })
      logger.debug('order moved', { orderId: order.id, status: order.status, seq: order.lastSeq })
    },
    attemptSent(orderId: string, attempt: number, signature: string) {
      logger.info('transaction sent', { orderId, attempt, signature })
    },
    /** The same bytes once more, as every RESEND_INTERVAL_MS while the chain has not shown them. */
    attemptSentAgain(orderId: string, attempt: number, signature: string) {
      logger.debug('transaction sent again', { orderId, attempt, signature })
    },
    sendFailed(orderId: string, attempt: number, error: unknown) {
      logger.warn('sending failed; the outcome is unknown until the chain says it', {
        orderId,
        attempt,
        error,
      })
    },
    orderConfirmed(order: Order) {
      steps({ status: 'confirmed' })
      attempts({ outcome: 'confirmed' })
      settleTime((order.updatedAt.getTime() - order.createdAt.getTime()) / 1_000, { status: 'confirmed' })
      logger.info('order confirmed', { orderId: order.id, txHash: order.txHash, price: order.executedPrice })
    },
    orderFailed(order: Order) {
      steps({ status: 'failed' })
      settleTime((order.updatedAt.getTime() - order.createdAt.getTime()) / 1_000, { status: 'failed' })
      logger.info('order failed', { orderId: order.id, failure: order.failure })
    },
    attemptFailed(
      orderId: string,
      attempt: number,
      code: FailureCode,
      message: string,
      retryInMs: number | null,
    ) {
      attempts({ outcome: code })
      logger.info('attempt failed', { orderId, attempt, code, message, retryInMs })
    },
    appendLost(orderId: string) {
      conflicts()
      logger.debug('another writer was first', { orderId })
    },
    /** What this copy goes by, and what it went by before: null at its start. */
    tradingState(state: TradingState, before: TradingState | null) {
      halted(state.halted ? 1 : 0)
      if (state.halted === (before?.halted ?? false)) return
      if (state.halted) logger.warn('trading is halted: nothing is signed', { ...state })
      else logger.info('trading is resumed', { ...state })
    },
    orderHeld(orderId: string) {
      logger.debug('trading is halted: the order waits', { orderId })
    },
    ordersRequeued(count: number) {
      swept({}, count)
      logger.info('unfinished orders queued again', { count })
    },
    triggersJudged(fires: number, parks: number) {
      fired({}, fires)
      parked({}, parks)
    },
    triggerDecided(seconds: number) {
      decided(seconds)
    },
    triggersFound(count: number) {
      logger.info('waiting orders that nobody had indexed were found', { count })
    },
    indexFilled(orders: number, elapsedMs: number) {
      logger.info('the trigger index was filled from Postgres', { orders, elapsedMs: Math.round(elapsedMs) })
    },
    ordersExpired(count: number) {
      expired({}, count)
      logger.info('orders expired', { count })
    },
    sniped(orderId: string, pool: string, afterDueMs: number | null) {
      if (afterDueMs !== null) snipeTime(afterDueMs / 1_000)
      logger.info('a launch was bought', { orderId, pool, afterDueMs })
    },
    newsRepublished(count: number) {
      republished({}, count)
      logger.info('news told again', { orders: count })
    },
    publishFailed(error: unknown) {
      logger.warn('telling the news failed; it is durable and will be repaired', { error })
    },
    boundBroken(order: Order, what: string) {
      alerts({ kind: 'bound_broken' })
      logger.error('settled outside its bound', { orderId: order.id, what })
    },
    rolledBack(attempt: Attempt) {
      alerts({ kind: 'rolled_back' })
      logger.error('a confirmed transaction is gone from the chain', {
        orderId: attempt.orderId,
        signature: attempt.signature,
      })
    },
    confirmedButLost(attempt: Attempt) {
      alerts({ kind: 'confirmed_but_lost' })
      logger.error('a confirmed transaction was rolled back and can never land again', {
        orderId: attempt.orderId,
        signature: attempt.signature,
      })
    },
    settledDifferently(
      attempt: Attempt,
      now: {
        readonly before: { readonly inputAmount: bigint; readonly outputAmount: bigint }
        readonly inputUsed: bigint
        readonly outputAmount: bigint
        readonly failure: { readonly code: FailureCode; readonly message: string } | null
      },
    ) {
      alerts({ kind: 'settled_differently' })
      logger.error('a confirmed order settled differently after a rollback', {
        orderId: attempt.orderId,
        signature: attempt.signature,
        ...now,
      })
    },
    unforeseen(orderId: string, error: unknown) {
      alerts({ kind: 'unforeseen' })
      logger.error('an order met an error that nobody foresaw', { orderId, error })
    },
    loopFailed(loop: string, error: unknown) {
      logger.warn(`${loop} failed; it goes on`, { error })
    },
  }
}
