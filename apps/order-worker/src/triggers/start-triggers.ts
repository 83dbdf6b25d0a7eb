import { groupBy } from '@fillstream/core'
import { createLastPrices, startPriceReader } from '@fillstream/messaging'
import { type Redis } from 'ioredis'
import { pairId, type PriceEvent } from '@fillstream/types'
import { type Engine } from '../engine'
import { createPriceApplier } from './apply-price'
import { createIndexUpkeep } from './index-upkeep'
import { startIndexKeeper } from './keep-index'
import { startOpenedOrders } from './opened-orders'
import { createTriggerIndex } from './trigger-index'
import { type TriggerConfig, type TriggerParts } from './trigger-parts'
import { type Triggers } from './triggers'

/** The trigger engine of this copy. */
export interface TriggerEngine extends Triggers {
  /** Reads no more prices, and finishes what it has begun. */
  stop(): Promise<void>
}

type Needed = Omit<TriggerParts, 'index' | 'upkeep' | 'lastPrices' | 'config'> &
  Pick<Engine, 'logger' | 'genesisHash'>

/** Starts firing the orders that wait for a price; any number of copies share them. */
export function startTriggers(
  engine: Needed,
  redis: Redis,
  config: TriggerConfig & { readonly redisUrl: string; readonly prefix: string },
): TriggerEngine {
  const { prefix } = config
  const parts: TriggerParts = {
    ...engine,
    config,
    index: createTriggerIndex(redis, { prefix, genesisHash: engine.genesisHash }),
    upkeep: createIndexUpkeep(redis, prefix),
    lastPrices: new Map(),
  }
  const lastPrices = createLastPrices(redis, prefix)
  const prices = createPriceApplier(parts)
  async function applyInTurn(events: readonly PriceEvent[]): Promise<void> {
    for (const price of events) await prices.apply(price)
  }
  const opened = startOpenedOrders(parts, prices)
  const keeper = startIndexKeeper(parts, prices)
  const reader = startPriceReader(config, engine, {
    async position() {
      const position = await parts.upkeep.position()
      for (const price of await lastPrices.all()) {
        const known = parts.lastPrices.get(pairId(price))
        if (known === undefined) parts.lastPrices.set(pairId(price), price)
      }
      // Where nothing was dealt with yet all that is kept is read: it is little, and what is passed is passed over.
      return position ?? '0-0'
    },
    async onPrices(events, last) {
      // Those of one pair in their order; different pairs know nothing of each other.
      await Promise.all([...groupBy(events, pairId).values()].map(applyInTurn))
      await prices.settled()
      await parts.upkeep.savePosition(last)
    },
  })
  return {
    opened: (order) => opened.opened(order),
    reopened: (order) => opened.reopened(order),
    async stop() {
      await Promise.all([reader.stop(), keeper.stop(), opened.stop()])
      await prices.settled()
    },
  }
}
