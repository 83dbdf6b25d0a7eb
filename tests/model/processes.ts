import { AddressBook, AppError } from '@fillstream/core'
import { RpcUnavailableError, type OrdersQueue } from '@fillstream/messaging'
import { type Clock, type Deps } from '@fillstream/runtime'
import { createJournal, type Journal, type OrderAppend, type Store } from '@fillstream/store'
import { createEvents } from '../../apps/gateway/src/events'
import { createCancelOrder, type CancelOrder } from '../../apps/gateway/src/use-cases/cancel-order'
import { createEnqueuer } from '../../apps/gateway/src/use-cases/enqueuer'
import { createPlaceOrder, type PlaceOrder } from '../../apps/gateway/src/use-cases/place-order'
import { ChainUnavailableError, type Chain } from '../../apps/order-worker/src/adapters/chain/chain'
import { createCoSigningVenue } from '../../apps/order-worker/src/adapters/chain/co-signing-venue'
import { createDexRouter } from '../../apps/order-worker/src/adapters/dex-router'
import { loadConfig } from '../../apps/order-worker/src/config'
import { type Engine } from '../../apps/order-worker/src/engine'
import { type WorkerEvents } from '../../apps/order-worker/src/events'
import { executeOrder } from '../../apps/order-worker/src/execute/execute-order'
import { oneRunEach } from '../../apps/order-worker/src/execute/one-run'
import { createSwapAccounts } from '../../apps/order-worker/src/execute/swap-accounts'
import { startExpiry } from '../../apps/order-worker/src/recovery/expiry'
import { startSweeper } from '../../apps/order-worker/src/recovery/sweeper'
import { type Wallets } from '../../apps/order-worker/src/signer/wallets'
import { startFinalityLoop } from '../../apps/order-worker/src/watch/finality'
import { startWatcher } from '../../apps/order-worker/src/watch/watcher'
import { type ChecksOnTheWay } from './checks-on-the-way'
import { gated, type Gates } from './gates'
import { type JobQueue, type QueuedJob } from './job-queue'
import { routerFailure, TOKEN_ACCOUNT_RENT, type Market } from './market'
import { GENESIS_HASH, type SimulatedChain } from './simulated-chain'
import { SimulatedNodes } from './simulated-nodes'

/** No operator is part of the model. */
const NEVER_HALTED: Engine['trading'] = {
  isHalted: () => false,
  assertOn: () => Promise.resolve(),
  follow: () => undefined,
  stop: () => Promise.resolve(),
}

/** What the processes of one run share: Postgres and the outside world. */
export interface Surroundings extends Omit<ChecksOnTheWay, 'alerted'> {
  /** Each process's own: metrics may be registered once. */
  deps(): Deps
  readonly store: Store
  readonly gates: Gates
  readonly chain: SimulatedChain
  readonly market: Market
  readonly queue: JobQueue
  readonly wallets: Wallets
  readonly events: WorkerEvents
  /** Something that must not happen. */
  report(violation: string): void
}

export const WALLET_MASTER_KEY = '42'.repeat(32)

/** Leases that never hold and waits of no length: every order of steps that timing could bring is left to the test. */
const CONFIG = {
  ...loadConfig({ DATABASE_URL: 'postgres://unused', WALLET_MASTER_KEY }),
  ATTEMPT_LEASE_MS: 0,
  RESEND_INTERVAL_MS: 5,
  SWEEP_IDLE_MS: 0,
}

const postgresFailure = () => new AppError('DEPENDENCY_UNAVAILABLE', 'Postgres is away')
const chainFailure = () => new ChainUnavailableError('the node does not answer')
const connectionFailure = () => new Error('the connection broke')

/** Whether an error means that something is away: what a process may meet at any time. */
export function isOutage(error: unknown): boolean {
  return (
    error instanceof AppError ||
    error instanceof ChainUnavailableError ||
    error instanceof RpcUnavailableError
  )
}

/** A clock on which every wait is over at once. */
function withoutWaits(clock: Clock): Clock {
  return { ...clock, sleep: () => Promise.resolve() }
}

/** The real journal; its appends and its news are held at the gates. */
function journalOf(name: string, clock: Clock, around: Surroundings): Journal {
  const { gates, store } = around
  const journal = createJournal({
    store,
    clock: withoutWaits(clock),
    publish: (published) =>
      gates.run(name, 'aside', () => gates.hold('publish', () => around.heard(published), connectionFailure)),
  })
  const append = async (step: OrderAppend) => {
    const result = await journal.append(step)
    if (result.outcome === 'appended') around.appended(step, result)
    return result
  }
  const held = gated(gates, 'journal', { accept: journal.accept, append }, postgresFailure)
  return {
    ...journal,
    accept: (order) => held.accept(order),
    append: (step) => held.append(step),
    recordFailedAttempt: (step) => held.append({ ...step, events: [] }),
  }
}

/** One order-worker: the loops run, jobs are handed to it. */
export interface WorkerProcess {
  /** Starts a run of a job. */
  deliver(job: QueuedJob): void
}

export function startWorker(name: string, around: Surroundings): WorkerProcess {
  const { gates, store, queue, chain, market, report } = around
  const deps = around.deps()
  const clock: Clock = {
    ...deps.clock,
    sleep: (_ms, signal) => gates.hold('sleep', () => Promise.resolve(), connectionFailure, signal),
  }
  const node = gated<Chain>(gates, 'chain', new SimulatedNodes(chain), chainFailure)
  const addresses = new AddressBook()
  const engine: Engine = {
    ...deps,
    clock,
    config: CONFIG,
    events: around.events,
    store: {
      ...store,
      orders: gated(gates, 'orders', store.orders, postgresFailure),
      attempts: gated(gates, 'attempts', store.attempts, postgresFailure),
      fills: gated(gates, 'fills', store.fills, postgresFailure),
      work: gated(gates, 'work', store.work, postgresFailure),
    },
    trading: NEVER_HALTED,
    journal: journalOf(name, deps.clock, around),
    queue: gated<OrdersQueue>(gates, 'queue', queue, connectionFailure),
    chain: node,
    settlement: {
      ...createCoSigningVenue('http://unused', node),
      submit: (bytes) => gates.hold('submit', () => around.submitted(bytes), connectionFailure),
    },
    router: createDexRouter(
      {
        call: (operation, body) =>
          gates.hold(`router.${operation}`, () => market.answer(operation, body), routerFailure) as never,
      },
      CONFIG.QUOTE_TIMEOUT_MS,
    ),
    wallets: around.wallets,
    triggers: { opened: () => undefined, reopened: () => undefined },
    addresses,
    swapAccounts: createSwapAccounts(addresses),
    faucet: null,
    owner: name,
    genesisHash: GENESIS_HASH,
    tokenAccountRent: TOKEN_ACCOUNT_RENT,
  }
  const forget = () => gates.hold('cache.forget', () => Promise.resolve(), connectionFailure)
  const wrongChain = (error: Error) => report(error.message)
  const watcher = gates.run(name, 'watch', () => startWatcher(engine, wrongChain))
  gates.run(name, 'sweep', () => startSweeper(engine))
  gates.run(name, 'expiry', () => startExpiry(engine))
  gates.run(name, 'finality', () => startFinalityLoop(engine, { forget }, wrongChain))

  // A run that waits for another of its order is no task before it begins.
  const execute = oneRunEach((orderId) =>
    gates.run(name, 'job', () => executeOrder(engine, watcher, orderId)),
  )
  async function run(job: QueuedJob): Promise<void> {
    try {
      queue.ended(job, name, await execute(job.orderId))
    } catch (error) {
      queue.ended(job, name, 'failed')
      if (!isOutage(error)) report(`a job threw ${String(error)}`)
    }
  }
  return {
    deliver(job) {
      job.runs.push(name)
      void run(job)
    },
  }
}

/** One gateway, without its HTTP side. */
export interface GatewayProcess {
  readonly place: PlaceOrder
  readonly cancel: CancelOrder
}

export function startGateway(name: string, around: Surroundings): GatewayProcess {
  const { gates, store, queue } = around
  const deps = around.deps()
  const events = createEvents(deps)
  const journal = journalOf(name, deps.clock, around)
  const enqueue: OrdersQueue['enqueue'] = (orders) =>
    gates.run(name, 'aside', () =>
      gates.hold('queue.enqueue', () => queue.enqueue(orders), connectionFailure),
    )
  const never: Clock['sleep'] = (_ms, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
  return {
    place: createPlaceOrder({
      journal,
      orders: gated(gates, 'orders', store.orders, postgresFailure),
      trading: { refusal: () => null },
      overload: { refusal: () => null },
      enqueuer: createEnqueuer({ enqueue }, { events, checkpoint: deps.checkpoint }),
      tokens: { has: () => Promise.resolve(true), list: () => Promise.resolve([]) },
      dependencies: { isUp: () => true, assertUp: () => undefined, recheck: () => undefined },
      events,
      clock: { ...deps.clock, sleep: never },
      ids: deps.ids,
      checkpoint: deps.checkpoint,
    }),
    cancel: createCancelOrder({
      orders: gated(gates, 'orders', store.orders, postgresFailure),
      journal,
      events,
      ids: deps.ids,
      view: (order) => order,
    }),
  }
}
