import { bestAmount, priceLadder, type NewOrder, type PoolState } from '@fillstream/core'
import { createOrdersQueue, type OrdersQueue } from '@fillstream/messaging'
import { createRedis, systemDeps } from '@fillstream/runtime'
import { createJournal, type Journal, type Order, type Store } from '@fillstream/store'
import { pairId, type OrderStatus, type PriceEvent } from '@fillstream/types'
import { type Redis } from 'ioredis'
import { createTestDatabase } from '../../../tests/support/database'
import { createTestRedis, type TestRedis } from '../../../tests/support/redis'
import { LAST_DAY, newAccount, newOrder, openStore, steps } from '../../../tests/support/store'
import { createWorkerEvents } from '../src/events'
import { createPriceApplier, type PriceApplier } from '../src/triggers/apply-price'
import { createIndexUpkeep } from '../src/triggers/index-upkeep'
import { createTriggerIndex } from '../src/triggers/trigger-index'
import { type TriggerConfig, type TriggerParts } from '../src/triggers/trigger-parts'

/** The trigger engine's parts on a real Postgres and Redis, and a market that stands where the test puts it. */
export interface TriggerRig {
  readonly store: Store
  readonly journal: Journal
  readonly queue: OrdersQueue
  readonly redis: Redis
  readonly testRedis: TestRedis
  readonly databaseUrl: string
  readonly accountId: string
  readonly parts: TriggerParts
  readonly prices: PriceApplier
  /** Another copy of the engine's parts. */
  copy(own?: Partial<TriggerParts>): { parts: TriggerParts; prices: PriceApplier }
  /** Where the pair stands from now on; the event that tells it. */
  market(pair: Pair, pool: PoolState): PriceEvent
  /** Orders that stand at `open`, in Postgres alone. */
  open(orders: readonly Partial<NewOrder>[]): Promise<Order[]>
  statuses(): Promise<Map<string, OrderStatus>>
  close(): Promise<void>
}

export interface Pair {
  readonly inputMint: string
  readonly outputMint: string
}

export const TEST_TRIGGERS: TriggerConfig = { TRIGGER_PARK_MS: 100, TRIGGER_LEASE_MS: 1_000 }

export async function startTriggerRig(config: TriggerConfig = TEST_TRIGGERS): Promise<TriggerRig> {
  const database = await createTestDatabase()
  const testRedis = createTestRedis()
  const deps = systemDeps('order-worker', 'silent')
  const store = openStore(database.url, { poolSize: 6 })
  const redis = createRedis(testRedis.url, 'worker', deps.logger)
  const journal = createJournal({ store, clock: deps.clock, publish: () => Promise.resolve() })
  const queue = createOrdersQueue(
    { redisUrl: testRedis.url, prefix: testRedis.keyPrefix, shards: 1 },
    deps.logger,
  )
  const accountId = await newAccount(store)
  const pools = new Map<string, PoolState>()
  let slot = 1

  function copy(own: Partial<TriggerParts> = {}) {
    const parts: TriggerParts = {
      ...deps,
      events: createWorkerEvents(systemDeps('order-worker', 'silent')),
      store,
      journal,
      queue,
      owner: deps.ids.uuid(),
      router: {
        executable: (swaps) =>
          Promise.resolve(
            swaps.map((swap) => {
              const pool = pools.get(pairId(swap))
              return pool === undefined ? null : bestAmount([pool], { ...swap, amount: BigInt(swap.amount) })
            }),
          ),
      },
      config,
      index: createTriggerIndex(redis, { prefix: testRedis.keyPrefix, genesisHash: 'genesis' }),
      upkeep: createIndexUpkeep(redis, testRedis.keyPrefix),
      lastPrices: new Map(),
      ...own,
    }
    return { parts, prices: createPriceApplier(parts) }
  }
  const first = copy()

  return {
    store,
    journal,
    queue,
    redis,
    testRedis,
    databaseUrl: database.url,
    accountId,
    ...first,
    copy,
    market(pair, pool) {
      pools.set(pairId(pair), pool)
      slot += 1
      const at = new Date(deps.clock.now()).toISOString()
      return { ...pair, slot, at, ...priceLadder([pool], pair.inputMint, pair.outputMint) }
    },
    async open(orders) {
      const drafts = orders.map((fields) => newOrder(accountId, { timeInForce: 'GTC', ...fields }))
      const opened: Order[] = []
      for (let at = 0; at < drafts.length; at += 500) {
        const part = drafts.slice(at, at + 500)
        const created = await store.orders.insertOrders(part)
        const bad = created.find((one) => one instanceof Error)
        if (bad) throw bad as Error
        const results = await store.orders.appendEvents(part.map((one) => steps(one, 1, ['pending', 'open'])))
        for (const result of results) {
          if (result instanceof Error) throw result
          if (result.outcome === 'appended') opened.push(result.order)
        }
      }
      return opened
    },
    async statuses() {
      const { seqs } = await store.work.recentSeqs(LAST_DAY, 100_000)
      const found = await store.orders.past(seqs.map(({ orderId }) => ({ orderId, seq: 0 })))
      return new Map<string, OrderStatus>([...found].map(([id, { status }]) => [id, status]))
    },
    async close() {
      await first.prices.settled()
      await journal.close()
      await queue.close()
      redis.disconnect()
      await store.close()
      await Promise.all([database.drop(), testRedis.clear()])
    },
  }
}

/** A pool of the pair. */
export function poolOf(pair: Pair, reserveIn: bigint, reserveOut: bigint): PoolState {
  return {
    address: 'pool',
    index: 1,
    venue: 'raydium-sim',
    curve: 'constantProduct',
    mintA: pair.inputMint,
    mintB: pair.outputMint,
    vaultA: 'vault',
    vaultB: 'vault',
    decimalsA: 9,
    decimalsB: 6,
    reserveA: reserveIn,
    reserveB: reserveOut,
    protocolFeesA: 0n,
    protocolFeesB: 0n,
    feeRate: 2_500n,
    openTime: 0n,
    launch: null,
    slot: 1n,
  }
}
