import { type PriceEvent } from '@fillstream/types'
import { type Engine } from '../engine'
import { type IndexUpkeep } from './index-upkeep'
import { type TriggerIndex } from './trigger-index'

/** What the trigger engine works with. */
export interface TriggerParts extends Pick<
  Engine,
  'clock' | 'events' | 'ids' | 'journal' | 'queue' | 'store' | 'owner'
> {
  readonly router: Pick<Engine['router'], 'executable'>
  readonly index: TriggerIndex
  readonly upkeep: IndexUpkeep
  readonly config: TriggerConfig
  /** The last price of each pair that this copy has heard, by pair id. */
  readonly lastPrices: Map<string, PriceEvent>
}

export interface TriggerConfig {
  /** How long an order whose price is reached, but which cannot be executed at it, is left alone. */
  readonly TRIGGER_PARK_MS: number
  /** How long what a copy that died was doing stays with it. */
  readonly TRIGGER_LEASE_MS: number
}
