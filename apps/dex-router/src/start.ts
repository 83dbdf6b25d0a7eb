import { VENUES } from '@fillstream/core'
import {
  createLaunchPublisher,
  createPriceBoard,
  startRpcServer,
  type PriceBoard,
} from '@fillstream/messaging'
import {
  closeRedis,
  createApp,
  createHealth,
  createRedis,
  listen,
  mountHealth,
  redisUrlOf,
  startLoop,
  type Deps,
  type Service,
} from '@fillstream/runtime'
import { DEX_ROUTER, dexRouterOperations } from '@fillstream/types'
import { createKitPoolChain } from './adapters/chain/kit-pool-chain'
import { createSlotLog } from './adapters/venue-api/slot-log'
import { createVenueApi } from './adapters/venue-api/venue-api'
import { startFollower, type Follower } from './book/follower'
import { PoolBook } from './book/pool-book'
import { type Config } from './config'
import { createRouterEvents } from './events'
import { startLaunchPublisher } from './launches/launch-publisher'
import { createOperations } from './operations'
import { startPricePublisher } from './prices/price-publisher'
import { guardVenue } from './venues/guarded-venue'
import { createPoolVenue } from './venues/pool-venue'
import { withSimulatedDelay } from './venues/simulated-delay'

const OBSERVE_MS = 1_000
const BREAKER = { failures: 5, openMs: 5_000 }

/** A started dex-router: health and metrics at `address`, everything else over the request stream. */
export interface DexRouter extends Service {
  /** `http://host:port` */
  readonly address: string
}

/**
 * Starts answering at once: while the chain can't be reached the service is not ready and every venue is left out of the
 * comparison, and it goes on by itself when the chain is back.
 */
export async function start(config: Config, deps: Deps): Promise<DexRouter> {
  const { clock, ids, random, logger, metrics } = deps
  const redisUrl = redisUrlOf(config)
  const redis = createRedis(redisUrl, 'producer', logger)
  const events = createRouterEvents(deps)
  const book = new PoolBook(clock, config.BOOK_STALE_MS)
  const health = createHealth(
    { redis: () => redis.ping(), chain: () => Promise.resolve(assertLive(book)) },
    clock,
  )
  const app = createApp()
  mountHealth(app, health, metrics)
  const http = await listen(app, { host: config.HOST, port: config.DEX_ROUTER_PORT }).catch(
    (error: unknown) => {
      redis.disconnect()
      throw error
    },
  )

  const follower = startFollower({
    // Accounts are read where their changes are told: another node may stand at another slot.
    chain: createKitPoolChain({ rpcUrl: config.CHAIN_RPC_URL[0] as string, wsUrl: config.CHAIN_WS_URL }),
    venueApi: createVenueApi(config.VENUE_API_URL),
    book,
    clock,
    random,
    events,
    staleMs: config.BOOK_STALE_MS,
    retryMs: config.CHAIN_RETRY_MS,
    retryMaxMs: config.CHAIN_RETRY_MAX_MS,
  })
  const publisher = startPricePublisher({
    book,
    board: boardOf(follower, (genesisHash) =>
      createPriceBoard(redis, { prefix: config.KEY_PREFIX, genesisHash }),
    ),
    slotLog: createSlotLog(config.VENUE_API_URL),
    clock,
    events,
    owner: ids.uuid(),
    leaseMs: config.PRICE_LEASE_MS,
  })
  const launches = startLaunchPublisher({
    book,
    publish: createLaunchPublisher(redis, config.KEY_PREFIX),
    clock,
    events,
  })
  const venues = VENUES.map(({ name }) => {
    const venue = withSimulatedDelay(createPoolVenue(name, book), config.SIM_QUOTE_DELAY_MS, clock)
    return guardVenue(venue, { timeoutMs: config.VENUE_TIMEOUT_MS, breaker: BREAKER }, { clock, events })
  })
  const server = startRpcServer(
    { redisUrl, prefix: config.KEY_PREFIX, service: DEX_ROUTER },
    dexRouterOperations,
    createOperations({ venues, book, clock, events, follower }),
    deps,
  )
  const observer = startLoop(
    clock,
    OBSERVE_MS,
    () => Promise.resolve(events.bookObserved(book.ageMs(), book.all().length)),
    (error) => logger.error('observing the book failed', { error }),
  )

  return {
    address: http.url,
    async close() {
      health.drain()
      await server.close()
      await Promise.all([publisher.stop(), launches.stop()])
      await Promise.all([follower.stop(), observer.stop()])
      await http.close()
      await closeRedis(redis)
    },
  }
}

/** The board for the chain that is followed: its slots are of that chain. */
function boardOf(
  follower: Pick<Follower, 'settlement'>,
  create: (genesisHash: string) => PriceBoard,
): () => PriceBoard | null {
  let known: { readonly genesisHash: string; readonly board: PriceBoard } | null = null
  return () => {
    const genesisHash = follower.settlement()?.genesisHash
    if (genesisHash === undefined) return null
    if (known?.genesisHash !== genesisHash) known = { genesisHash, board: create(genesisHash) }
    return known.board
  }
}

function assertLive(book: PoolBook): void {
  const status = book.status()
  if (status === 'empty') throw new Error('the pools have not been read yet')
  if (status === 'stale') throw new Error(`no slot was seen for ${Math.round(book.ageMs())} ms`)
}
