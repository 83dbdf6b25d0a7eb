import { type Logger, type Metrics } from '@fillstream/runtime'
import { type TradingState } from '@fillstream/store'

/** What happens in the gateway that someone may want to see: each a log line, a count, or both. */
export interface GatewayEvents {
  requestAnswered(operation: string, status: number, seconds: number): void
  requestFailed(fields: { requestId: string; method: string; path: string; error: unknown }): void
  orderAccepted(fields: { requestId: string; orderId: string; accountId: string }): void
  orderRepeated(fields: { requestId: string; orderId: string; by: 'idempotencyKey' | 'clientOrderId' }): void
  orderCancelled(fields: { requestId: string; orderId: string; accountId: string }): void
  enqueueFailed(error: unknown, orders: number): void
  publishFailed(error: unknown, orders: number): void
  dependencyDown(name: string, reason: string): void
  dependencyUp(name: string): void
  queueSampled(depth: number, perSecond: number): void
  /** An operator has halted or resumed through this copy. */
  tradingSet(fields: {
    requestId: string
    keyId: string | null
    halted: boolean
    reason: string | null
  }): void
  /** What this copy goes by, and what it went by before: null at its start. */
  tradingState(state: TradingState, before: TradingState | null): void
}

export function createEvents({
  logger,
  metrics,
}: {
  readonly logger: Logger
  readonly metrics: Metrics
}): GatewayEvents {
  const requests = metrics.counter('http_requests_total', 'Requests answered', ['operation', 'status'])
  const durations = metrics.histogram('http_request_seconds', 'Time to answer a request', ['operation'])
  const accepted = metrics.counter('orders_accepted_total', 'Orders made durable')
  const repeated = metrics.counter('orders_repeated_total', 'Orders that were there already', ['by'])
  const cancelled = metrics.counter('orders_cancelled_total', 'Orders cancelled by their owner')
  const notQueued = metrics.counter('orders_not_queued_total', 'Accepted orders left to the sweeper')
  const notPublished = metrics.counter('orders_not_published_total', 'Changes of orders that were not told')
  const up = metrics.gauge('dependency_up', 'Whether a dependency answers', ['dependency'])
  const depth = metrics.gauge('orders_queue_depth', 'Orders waiting or running')
  const capacity = metrics.gauge(
    'orders_capacity_per_second',
    'How fast the queue can be worked off, estimated',
  )
  const halted = metrics.gauge('trading_halted', 'Whether an operator has halted trading')
  return {
    requestAnswered(operation, status, seconds) {
      requests({ operation, status })
      durations(seconds, { operation })
    },
    requestFailed: (fields) => logger.error('request failed', fields),
    orderAccepted(fields) {
      accepted()
      logger.info('order accepted', fields)
    },
    orderRepeated(fields) {
      repeated({ by: fields.by })
      logger.info('order repeated', fields)
    },
    orderCancelled(fields) {
      cancelled()
      logger.info('order cancelled', fields)
    },
    enqueueFailed(error, orders) {
      notQueued({}, orders)
      logger.warn('orders were not queued; the sweeper will', { orders, error })
    },
    publishFailed(error, orders) {
      notPublished({}, orders)
      logger.warn('news was not published; its readers repair from Postgres', { orders, error })
    },
    dependencyDown(name, reason) {
      up(0, { dependency: name })
      logger.warn('dependency is down', { dependency: name, reason })
    },
    dependencyUp(name) {
      up(1, { dependency: name })
      logger.info('dependency is up', { dependency: name })
    },
    queueSampled(value, perSecond) {
      depth(value)
      capacity(perSecond)
    },
    tradingSet: (fields) => logger.warn('an operator has set whether the engine trades', fields),
    tradingState(state, before) {
      halted(state.halted ? 1 : 0)
      if (state.halted === (before?.halted ?? false)) return
      if (state.halted) logger.warn('trading is halted', { ...state })
      else logger.info('trading is resumed', { ...state })
    },
  }
}
