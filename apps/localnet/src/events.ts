import { type Logger, type Metrics } from '@fillstream/runtime'
import { type FaultEvents } from './faults/faults'
import { type Launch } from './launches/launcher'
import { type ChainEvents } from './svm/chain-parts'

/** What localnet tells of itself: each is logged and counted. */
export interface LocalnetEvents extends ChainEvents, FaultEvents {
  restUnpaid(signature: string, surplus: bigint): void
  submitted(signature: string): void
  submitRefused(code: string, reason: string): void
  rpcFailed(method: string, error: unknown): void
  consumerCut(): void
  launched(launch: Launch): void
  launchFailed(error: unknown): void
}

/** Named events that log and count. */
export function createEvents(logger: Logger, metrics: Metrics): LocalnetEvents {
  const landed = metrics.counter('localnet_transactions_landed', 'Transactions that landed', ['outcome'])
  const dropped = metrics.counter('localnet_transactions_dropped', 'Transactions that never landed', [
    'reason',
  ])
  const submitted = metrics.counter('localnet_transactions_submitted', 'Transactions taken in')
  const refused = metrics.counter('localnet_transactions_refused', 'Transactions refused at submit', ['code'])
  const failed = metrics.counter('localnet_rpc_failures', 'RPC calls that ended in an unexpected error', [
    'method',
  ])
  const cut = metrics.counter('localnet_pubsub_cut', 'PubSub connections cut because they read too slowly')
  const injected = metrics.counter('localnet_faults_injected', 'Faults that took effect', ['fault'])
  const undone = metrics.counter(
    'localnet_transactions_rolled_back',
    'Landed transactions that a rollback undid',
  )
  const launches = metrics.counter('localnet_launches', 'New tokens with a pool', ['kind'])
  return {
    faultsSet(faults) {
      logger.warn('faults set', { faults })
    },
    faultInjected(fault) {
      injected({ fault })
      logger.debug('fault injected', { fault })
    },
    rolledBack({ from, to, transactions }, drop) {
      injected({ fault: 'rollback' })
      undone({}, transactions.length)
      logger.warn('slots rolled back', { from, to, transactions: transactions.length, drop })
    },
    landed(transaction) {
      const { signature, slot, err } = transaction
      landed({ outcome: err === null ? 'succeeded' : 'failed' })
      logger.debug('transaction landed', { signature, slot, err })
    },
    dropped(signature, reason) {
      dropped({ reason })
      logger.info('transaction dropped', { signature, reason })
    },
    restUnpaid(signature, surplus) {
      logger.error('the surplus of a settlement could not be paid', { signature, surplus })
    },
    submitted(signature) {
      submitted()
      logger.debug('transaction taken in', { signature })
    },
    submitRefused(code, reason) {
      refused({ code })
      logger.info('transaction refused', { code, reason })
    },
    rpcFailed(method, error) {
      failed({ method })
      logger.error('rpc call failed', { method, error })
    },
    launched({ kind, pool, slot }) {
      launches({ kind })
      logger.info('token launched', {
        kind,
        mint: pool.mintA,
        pool: pool.address,
        slot,
        openSlot: pool.launch?.openSlot,
      })
    },
    launchFailed(error) {
      logger.warn('no token was launched', { error })
    },
    consumerCut() {
      cut()
      logger.warn('a PubSub connection was cut: it reads too slowly')
    },
  }
}
