import { AddressBook, snapshotOf } from '@fillstream/core'
import {
  createFinishedJobs,
  createOrderCache,
  createOrdersQueue,
  createOrdersWorker,
  createPublisher,
  createRpcClient,
  NEWS_DEFAULTS,
  startRpcServer,
} from '@fillstream/messaging'
import {
  assertRedisKeepsKeys,
  createApp,
  createHealth,
  createRedis,
  listen,
  mountHealth,
  redisReady,
  START_PATIENCE_MS,
  whenAvailable,
  redisUrlOf,
  type Deps,
  type Service,
} from '@fillstream/runtime'
import { createJournal, createStore, isUnavailable } from '@fillstream/store'
import { DEX_ROUTER, dexRouterOperations, ORDER_WORKER, orderWorkerOperations } from '@fillstream/types'
import { accountRequests } from './account-requests'
import { connectChain, type ChainConnection } from './adapters/chain/connect-chain'
import { startSlotFeed } from './adapters/chain/slot-feed'
import { createDryRun } from './adapters/dry-run'
import { createFaucet } from './adapters/demo-funds'
import { createDexRouter } from './adapters/dex-router'
import { type Config } from './config'
import { type Engine } from './engine'
import { createWorkerEvents } from './events'
import { executeOrder } from './execute/execute-order'
import { oneRunEach } from './execute/one-run'
import { startTogether } from './execute/together'
import { createSwapAccounts } from './execute/swap-accounts'
import { startExpiry } from './recovery/expiry'
import { startRepublisher } from './recovery/republisher'
import { startSweeper } from './recovery/sweeper'
import { createSniperLeases } from './triggers/sniper/sniper-leases'
import { startSnipers } from './triggers/sniper/start-snipers'
import { createWallets } from './signer/wallets'
import { startTrading } from './trading'
import { startTriggers } from './triggers/start-triggers'
import { startFinalityLoop } from './watch/finality'
import { startWatcher } from './watch/watcher'

export interface OrderWorker extends Service {
  /** Where health and metrics are served. */
  readonly url: string
}

const TOKEN_ACCOUNT_BYTES = 165

/**
 * Starts order-worker: everything is wired here, by hand, and stopped in the reverse order.
 * @param connection the chain to settle on, where it is not the one that `config` names
 */
export async function start(
  config: Config,
  deps: Deps,
  { chain, settlement }: ChainConnection = connectChain(config, deps.clock),
): Promise<OrderWorker> {
  const { clock, ids, logger, metrics } = deps
  const events = createWorkerEvents(deps)
  const redisUrl = redisUrlOf(config)
  const bus = { redisUrl, prefix: config.KEY_PREFIX, shards: config.ORDER_SHARDS }

  const store = createStore({ databaseUrl: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE }, deps)
  await whenAvailable('Postgres', () => store.assertSchemaCurrent(), isUnavailable, deps)
  const tradingAtStart = await whenAvailable('Postgres', () => store.trading.get(), isUnavailable, deps)
  const redis = createRedis(redisUrl, 'producer', logger)
  await redisReady(redis, START_PATIENCE_MS)
  await assertRedisKeepsKeys(redis, logger)
  const [genesisHash, tokenAccountRent] = await whenAvailable(
    'the chain at CHAIN_RPC_URL',
    () => Promise.all([chain.genesisHash(), chain.rentExemption(TOKEN_ACCOUNT_BYTES)]),
    () => true,
    deps,
  )

  const publish = createPublisher(redis, { ...bus, ...NEWS_DEFAULTS })
  const journal = createJournal({
    store,
    clock,
    publish: (published) => publish(published.map(({ order, news }) => ({ order: snapshotOf(order), news }))),
    onPublishFailed: events.publishFailed,
    checkpoint: deps.checkpoint,
  })
  const queue = createOrdersQueue(bus, logger)
  const finished = createFinishedJobs(redis, bus, clock)
  const trading = startTrading(store.trading, tradingAtStart, { clock, events })
  const requests = createRpcClient(bus, deps)
  const parts = {
    ...deps,
    events,
    store,
    journal,
    queue,
    trading,
    router: createDexRouter(requests.to(DEX_ROUTER, dexRouterOperations), config.QUOTE_TIMEOUT_MS),
    owner: ids.uuid(),
    genesisHash,
  }
  const triggers = startTriggers(parts, redis, { ...config, ...bus })
  const addresses = new AddressBook()
  const engine: Engine = {
    ...parts,
    config,
    chain,
    settlement,
    wallets: createWallets(config.WALLET_MASTER_KEY),
    triggers: {
      opened: (order) => (order.type === 'sniper' ? snipers : triggers).opened(order),
      reopened: (order) => triggers.reopened(order),
    },
    addresses,
    swapAccounts: createSwapAccounts(addresses),
    faucet: config.DEMO_MODE ? createFaucet(config.VENUE_API_URL) : null,
    tokenAccountRent,
  }

  const stopOnWrongChain = (error: Error) => {
    logger.error(error.message)
    process.exitCode = 1
    process.kill(process.pid, 'SIGTERM')
  }
  const watcher = startWatcher(engine, stopOnWrongChain)
  const slots = startSlotFeed(
    config.CHAIN_WS_URL,
    chain,
    clock,
    (error) => events.loopFailed('following the slots', error),
    () => watcher.slotSeen(),
  )
  const snipers = startSnipers(
    {
      engine,
      accounts: chain,
      watcher,
      slots,
      dryRun: createDryRun(config.VENUE_API_URL),
      leases: createSniperLeases(redis, config.KEY_PREFIX, engine.owner),
    },
    bus,
  )
  const execute = oneRunEach((orderId) => executeOrder(engine, watcher, orderId))
  const together = startTogether(clock)
  const worker = createOrdersWorker(
    { ...bus, concurrency: config.WORKER_CONCURRENCY, lockMs: config.WORKER_LOCK_MS },
    ({ orderId, accountId }) => together(() => execute(orderId)).finally(() => finished.add(accountId)),
    { clock, logger },
  )
  // Signing asks again; this keeps the orders in the queue, where the resume finds them.
  trading.follow((halted) => (halted ? worker.pause() : worker.resume()))
  const cache = createOrderCache(redis, { ...bus, ...NEWS_DEFAULTS })
  const loops = [
    startSweeper(engine),
    startExpiry(engine),
    startRepublisher(engine, cache, publish),
    startFinalityLoop(engine, cache, stopOnWrongChain),
  ]
  const accounts = startRpcServer(
    { ...bus, service: ORDER_WORKER },
    orderWorkerOperations,
    accountRequests({ ...engine, accounts: chain }),
    deps,
  )

  const health = createHealth(
    { postgres: () => store.ping(), redis: () => redis.ping(), chain: () => chain.genesisHash() },
    clock,
  )
  const app = createApp()
  mountHealth(app, health, metrics)
  const server = await listen(app, { host: config.HOST, port: config.ORDER_WORKER_PORT })

  return {
    url: server.url,
    async close() {
      health.drain()
      await Promise.all([
        worker.close(),
        accounts.close(),
        triggers.stop(),
        snipers.stop(),
        ...loops.map((loop) => loop.stop()),
      ])
      await slots.stop()
      await Promise.all([watcher.close(), trading.stop(), finished.close()])
      await journal.close()
      await Promise.all([queue.close(), requests.close()])
      redis.disconnect()
      await store.close()
      await server.close(1_000)
    },
  }
}
