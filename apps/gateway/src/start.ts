import { snapshotOf } from '@fillstream/core'
import {
  createOrderCache,
  createOrdersQueue,
  createPublisher,
  createRpcClient,
  createStreamTokens,
  NEWS_DEFAULTS,
} from '@fillstream/messaging'
import {
  assertRedisKeepsKeys,
  closeRedis,
  createHealth,
  createRedis,
  listen,
  redisReady,
  START_PATIENCE_MS,
  whenAvailable,
  redisUrlOf,
  type Deps,
  type Service,
} from '@fillstream/runtime'
import { createJournal, createStore, isUnavailable } from '@fillstream/store'
import { DEX_ROUTER, dexRouterOperations, ORDER_WORKER, orderWorkerOperations } from '@fillstream/types'
import { createGatewayApp } from './app'
import { streamBaseOf, type GatewayConfig } from './config'
import { createDemoAccount } from './demo-account'
import { watchDependencies } from './dependencies'
import { createEvents } from './events'
import { createAuthenticate } from './middleware/authenticate'
import { watchBacklog } from './middleware/overload'
import { answerBrokenRequest } from './middleware/problems'
import { createRateLimits } from './middleware/rate-limits'
import { createOpenApi } from './openapi'
import { accountRoutes } from './routes/account'
import { adminRoutes } from './routes/admin'
import { marketRoutes } from './routes/market'
import { createOrderView, orderRoutes } from './routes/orders'
import { shortFormRoutes } from './routes/short-form'
import { watchTrading } from './trading-watch'
import { askService } from './use-cases/ask-service'
import { createCancelOrder } from './use-cases/cancel-order'
import { createEnqueuer } from './use-cases/enqueuer'
import { createGetQuote } from './use-cases/get-quote'
import { createPlaceOrder } from './use-cases/place-order'
import { createReadOrder } from './use-cases/read-order'
import { createTradableTokens } from './use-cases/tradable-tokens'

export interface Gateway extends Service {
  /** `http://host:port` */
  readonly url: string
  readonly port: number
}

const STATEMENT_TIMEOUT_MS = 2_000
/** How long requests under way may take after that. */
const CLOSE_GRACE_MS = 4_000

/** Starts the gateway: wires everything by hand, and listens when Postgres has our schema and Redis answers. */
export async function start(config: GatewayConfig, deps: Deps): Promise<Gateway> {
  const { clock, ids, random, logger, metrics, checkpoint } = deps
  const events = createEvents(deps)
  const redisUrl = redisUrlOf(config)
  const { KEY_PREFIX: prefix, ORDER_SHARDS: shards } = config
  const streamBase = streamBaseOf(config)

  const store = createStore(
    {
      databaseUrl: config.DATABASE_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      statementTimeoutMillis: STATEMENT_TIMEOUT_MS,
    },
    { clock, onConnectionLost: (error) => logger.debug('postgres connection lost', { error }) },
  )
  const redis = createRedis(redisUrl, 'producer', logger)
  let tradingAtStart
  try {
    await whenAvailable('Postgres', () => store.assertSchemaCurrent(), isUnavailable, deps)
    await redisReady(redis, START_PATIENCE_MS)
    await assertRedisKeepsKeys(redis, logger)
    if (config.BOOTSTRAP_API_KEY !== undefined)
      await store.apiKeys.bootstrap(config.BOOTSTRAP_API_KEY, { id: ids.uuid(), name: 'demo' })
    tradingAtStart = await store.trading.get()
  } catch (error) {
    await Promise.all([store.close(), closeRedis(redis)])
    throw error
  }

  const queue = createOrdersQueue({ redisUrl, prefix, shards }, logger, redis)
  const rpc = createRpcClient({ redisUrl, prefix }, deps)
  const publish = createPublisher(redis, { prefix, shards, ...NEWS_DEFAULTS })
  const journal = createJournal({
    store,
    clock,
    publish: (published) => publish(published.map(({ order, news }) => ({ order: snapshotOf(order), news }))),
    onPublishFailed: (error, published) => events.publishFailed(error, published.length),
    checkpoint,
  })
  const dependencies = watchDependencies(
    { postgres: () => store.ping(), redis: () => redis.ping() },
    { clock, events },
  )
  // Accepting an order asks Redis nothing: that it is gone must be known by itself.
  redis.on('close', () => void dependencies.check('redis').catch(() => undefined))
  const trading = watchTrading(store.trading, tradingAtStart, { clock, events })
  const overload = watchBacklog(
    queue,
    { maxDepth: config.MAX_QUEUE_DEPTH, maxSeconds: config.MAX_QUEUE_SECONDS },
    { clock, events, isHalted: trading.isHalted },
  )
  const enqueuer = createEnqueuer(queue, { events, checkpoint })

  const router = askService(DEX_ROUTER, rpc.to(DEX_ROUTER, dexRouterOperations), dependencies)
  const worker = askService(ORDER_WORKER, rpc.to(ORDER_WORKER, orderWorkerOperations), dependencies)
  const tokens = createTradableTokens(router, clock)
  const view = createOrderView(streamBase)
  const shared = {
    events,
    dependencies,
    clock,
    ids,
    checkpoint,
    tokens,
    journal,
    enqueuer,
    trading,
    view,
    orders: store.orders,
  }
  const placeOrder = createPlaceOrder({ ...shared, overload })

  const rateLimits = createRateLimits(
    redis,
    {
      prefix,
      perSecond: {
        default: config.RATE_LIMIT_REQUESTS_PER_SECOND,
        orders: config.RATE_LIMIT_ORDERS_PER_SECOND,
      },
    },
    { dependencies, clock },
  )
  const health = createHealth(
    { postgres: () => dependencies.check('postgres'), redis: () => dependencies.check('redis') },
    clock,
  )
  const app = createGatewayApp({
    handlers: {
      ...orderRoutes({
        store,
        placeOrder,
        readOrder: createReadOrder({
          ...shared,
          cache: createOrderCache(redis, { prefix, shards, ...NEWS_DEFAULTS }),
        }),
        cancelOrder: createCancelOrder(shared),
        dependencies,
        view,
      }),
      ...shortFormRoutes({ placeOrder, streamBase }),
      ...adminRoutes({ trading: store.trading, watch: trading, dependencies, events }),
      ...marketRoutes({ router, tokens, getQuote: createGetQuote({ router, tokens, clock, ids }) }),
      ...accountRoutes({
        accounts: store.accounts,
        worker,
        streamTokens: createStreamTokens(redis, prefix),
        limits: {
          requestsPerSecond: config.RATE_LIMIT_REQUESTS_PER_SECOND,
          ordersPerSecond: config.RATE_LIMIT_ORDERS_PER_SECOND,
          connections: config.STREAM_MAX_CONNECTIONS_PER_ACCOUNT,
        },
        streamBase,
        dependencies,
        clock,
        random,
      }),
    },
    authenticate: createAuthenticate({
      apiKeys: store.apiKeys,
      demoAccount: config.DEMO_MODE ? createDemoAccount(store.accounts, dependencies) : null,
      dependencies,
      clock,
    }),
    countRequest: rateLimits.count,
    dependencies,
    openApi: createOpenApi(),
    health,
    metrics,
    events,
    allowedOrigins: config.ALLOWED_ORIGINS,
    clock,
    ids,
  })

  const stopBackground = async () => {
    await Promise.all([dependencies.stop(), trading.stop(), overload.stop()])
    await journal.close()
    await Promise.all([enqueuer.close(), rateLimits.close()])
    await Promise.all([rpc.close(), queue.close(), store.close()])
    await closeRedis(redis)
  }
  const http = await listen(app, { host: config.HOST, port: config.GATEWAY_PORT }).catch(
    async (error: unknown) => {
      await stopBackground()
      throw error
    },
  )
  http.server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    answerBrokenRequest(error, socket, ids.uuid()),
  )

  return {
    url: http.url,
    port: http.address.port,
    async close() {
      health.drain()
      http.drain()
      await clock.sleep(config.DRAIN_MS)
      await http.close(CLOSE_GRACE_MS)
      await stopBackground()
    },
  }
}
