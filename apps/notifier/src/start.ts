import {
  createLastPrices,
  createOrderCache,
  createStreamTokens,
  NEWS_DEFAULTS,
  startLaunchReader,
  startNewsReader,
  startPriceReader,
} from '@fillstream/messaging'
import {
  assertRedisKeepsKeys,
  createHealth,
  createRedis,
  redisReady,
  START_PATIENCE_MS,
  whenAvailable,
  redisUrlOf,
  type Deps,
  type Service,
} from '@fillstream/runtime'
import { createStore, isUnavailable } from '@fillstream/store'
import { createAuthentication } from './authentication'
import { type Config } from './config'
import { createConnections } from './connections'
import { type StreamLimits } from './context'
import { createEvents } from './events'
import { startFanOut } from './fan-out'
import { createLaunches } from './launches'
import { createPacer } from './pacer'
import { createPrices } from './prices'
import { createReads } from './reads'
import { startServer } from './server'
import { createSharedReads } from './shared-reads'
import { createSnapshots } from './snapshots'
import { createSubscriptions } from './subscriptions'
import { createTurns } from './turns'

export interface Notifier extends Service {
  /** Where health, metrics and the streams are served: `http://host:port`. */
  readonly url: string
}

/** Of the pool: for the two comparisons and for readiness, which must not wait behind replays. */
const SPARE_CONNECTIONS = 3
/**
 * Reads of Redis at once: a crowd that comes back together waits here, where no time runs out, and not for answers that are
 * there already but behind thousands of handshakes in the event loop.
 */
const REDIS_READS = 64

/** How long a stop may take to the end of the last connection: a little less than the bound of every service. */
const STOP_MS = 9_000

/** Starts the notifier: everything is wired here, by hand, and stopped in order. */
export async function start(config: Config, deps: Deps): Promise<Notifier> {
  const { clock, ids, logger, metrics } = deps
  const events = createEvents(logger, metrics)
  const redisUrl = redisUrlOf(config)
  const bus = { redisUrl, prefix: config.KEY_PREFIX, shards: config.ORDER_SHARDS }

  const store = createStore(
    { databaseUrl: config.DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE },
    { clock, onConnectionLost: (error) => logger.debug('a connection to Postgres broke', { error }) },
  )
  const redis = createRedis(redisUrl, 'producer', logger)
  await whenAvailable('Postgres', () => store.assertSchemaCurrent(), isUnavailable, deps)
  await redisReady(redis, START_PATIENCE_MS)
  await assertRedisKeepsKeys(redis, logger)

  const fromRedis = createSharedReads(REDIS_READS)
  const tokens = createStreamTokens(redis, config.KEY_PREFIX)
  const cache = createOrderCache(redis, { ...bus, ...NEWS_DEFAULTS })
  const turns = createTurns(clock)
  const pacer = createPacer(turns)
  const reads = createReads(store, pacer, Math.max(1, config.DATABASE_POOL_SIZE - SPARE_CONNECTIONS))
  const subscriptions = createSubscriptions()
  const fanOut = startFanOut({ checkMs: config.STREAM_CHECK_MS }, store, subscriptions, deps, events)
  const reader = startNewsReader(bus, deps, fanOut)
  const launches = createLaunches(clock)
  const launchReader = startLaunchReader(bus, deps, launches.onLaunches)
  const prices = createPrices(createLastPrices(redis, config.KEY_PREFIX))
  const priceReader = startPriceReader(bus, deps, {
    position: () => Promise.resolve(null),
    onPrices: prices.onPrices,
  })
  const context = {
    limits: limitsOf(config),
    streamBase: config.PUBLIC_STREAM_URL ?? `ws://127.0.0.1:${config.NOTIFIER_PORT}`,
    clock,
    ids,
    events,
    authentication: createAuthentication(
      reads,
      { find: (token) => fromRedis.run(`token:${token}`, () => tokens.find(token)) },
      { demoMode: config.DEMO_MODE },
    ),
    connections: createConnections(
      {
        heartbeatMs: config.STREAM_HEARTBEAT_MS,
        pongTimeoutMs: config.STREAM_PONG_TIMEOUT_MS,
        maxPerAccount: config.STREAM_MAX_CONNECTIONS_PER_ACCOUNT,
      },
      clock,
      events.heartbeatFailed,
    ),
    subscriptions,
    history: reads,
    pacer,
    turns,
    launches,
    prices,
    snapshots: createSnapshots(
      reads,
      {
        get: (accountId, orderId) =>
          fromRedis.run(`order:${accountId}:${orderId}`, () => cache.get(accountId, orderId)),
      },
      events,
    ),
  }
  const health = createHealth({ postgres: () => store.ping(), redis: () => redis.ping() }, clock)
  const server = await startServer(
    {
      host: config.HOST,
      port: config.NOTIFIER_PORT,
      allowedOrigins: config.ALLOWED_ORIGINS,
      maxConnections: config.STREAM_MAX_CONNECTIONS,
    },
    context,
    health,
    metrics,
  )

  async function stop(): Promise<void> {
    health.drain()
    await clock.sleep(config.DRAIN_MS)
    await server.close(config.DRAIN_MS, STOP_MS - config.DRAIN_MS)
    await Promise.all([reader.stop(), launchReader.stop(), priceReader.stop(), fanOut.stop()])
    redis.disconnect()
    await store.close()
  }
  let stopped: Promise<void> | undefined
  return { url: server.url, close: () => (stopped ??= stop()) }
}

function limitsOf(config: Config): StreamLimits {
  return {
    heartbeatMs: config.STREAM_HEARTBEAT_MS,
    authTimeoutMs: config.STREAM_AUTH_TIMEOUT_MS,
    maxMessageBytes: config.STREAM_MAX_MESSAGE_BYTES,
    maxSubscriptions: config.STREAM_MAX_SUBSCRIPTIONS,
    messageBurst: config.STREAM_MESSAGE_BURST,
    messagesPerSecond: config.STREAM_MESSAGES_PER_SECOND,
    maxBufferedBytes: config.STREAM_MAX_BUFFERED_BYTES,
  }
}
