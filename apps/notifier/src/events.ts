import { type Logger, type Metrics } from '@fillstream/runtime'
import { type Channel } from '@fillstream/types'

/** What happens in this service, by name: each is logged, counted or both, here and nowhere else. */
export interface NotifierEvents {
  connectionOpened(): void
  connectionClosed(closed: { readonly code: number; readonly connectionId: string }): void
  handshakeRefused(reason: 'origin' | 'path' | 'draining' | 'full', detail: string): void
  credentialRefused(connectionId: string, reason: string): void
  connectionLimitReached(accountId: string): void
  messageRefused(connectionId: string, code: string): void
  slowConsumerCut(connectionId: string, bufferedBytes: number): void
  heartbeatMissed(connectionId: string): void
  heartbeatFailed(error: unknown): void
  eventSent(channel: 'status' | Channel): void
  /** News came, but not what goes before them. */
  holeFound(topic: 'order' | 'account'): void
  /** Postgres has more than the news brought, or a replay is still to be done. */
  silenceFound(topic: 'order' | 'account'): void
  newsReset(): void
  checkFailed(error: unknown): void
  readFailed(what: string, error: unknown): void
  subscriptionsAre(count: number): void
}

export function createEvents(logger: Logger, metrics: Metrics): NotifierEvents {
  let open = 0
  const connections = metrics.gauge('notifier_connections', 'Open WebSocket connections')
  const closed = metrics.counter('notifier_connections_closed_total', 'Closed connections by close code', [
    'code',
  ])
  const refused = metrics.counter('notifier_refused_total', 'Handshakes, credentials and messages refused', [
    'reason',
  ])
  const sent = metrics.counter('notifier_events_sent_total', 'Order events sent to clients', ['channel'])
  const repaired = metrics.counter(
    'notifier_repairs_total',
    'Times a subscription was filled from Postgres',
    ['topic', 'reason'],
  )
  const resets = metrics.counter('notifier_news_resets_total', 'Times the event streams began anew')
  const failures = metrics.counter('notifier_read_failures_total', 'Reads of a dependency that failed', [
    'what',
  ])
  const subscriptions = metrics.gauge('notifier_subscriptions', 'Subscriptions that wait for news')
  return {
    connectionOpened() {
      connections(++open)
    },
    connectionClosed({ code, connectionId }) {
      connections(--open)
      closed({ code })
      logger.debug('connection closed', { code, connectionId })
    },
    handshakeRefused(reason, detail) {
      refused({ reason })
      logger.info('handshake refused', { reason, detail })
    },
    credentialRefused(connectionId, reason) {
      refused({ reason: 'credential' })
      logger.info('credential refused', { connectionId, reason })
    },
    connectionLimitReached(accountId) {
      refused({ reason: 'connections' })
      logger.warn('too many connections of one account', { accountId })
    },
    messageRefused(connectionId, code) {
      refused({ reason: code })
      logger.debug('message refused', { connectionId, code })
    },
    slowConsumerCut(connectionId, bufferedBytes) {
      refused({ reason: 'slow-consumer' })
      logger.info('slow consumer cut', { connectionId, bufferedBytes })
    },
    heartbeatMissed(connectionId) {
      refused({ reason: 'heartbeat' })
      logger.debug('heartbeat missed', { connectionId })
    },
    heartbeatFailed(error) {
      logger.error('the heartbeat failed', { error })
    },
    eventSent(channel) {
      sent({ channel })
    },
    holeFound(topic) {
      repaired({ topic, reason: 'hole' })
    },
    silenceFound(topic) {
      repaired({ topic, reason: 'silence' })
    },
    newsReset() {
      resets()
      logger.warn('the event streams began anew: comparing with Postgres')
    },
    checkFailed(error) {
      failures({ what: 'check' })
      logger.warn('could not compare subscriptions with Postgres', { error })
    },
    readFailed(what, error) {
      failures({ what })
      logger.warn('a read failed', { what, error })
    },
    subscriptionsAre(count) {
      subscriptions(count)
    },
  }
}
