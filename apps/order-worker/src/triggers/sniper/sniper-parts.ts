import { type Order } from '@fillstream/core'
import { type LaunchEvent, type Sniper } from '@fillstream/types'
import { type ChainAccounts } from '../../adapters/chain/chain'
import { type DryRun } from '../../adapters/dry-run'
import { type SlotFeed } from '../../adapters/chain/slot-feed'
import { type Engine } from '../../engine'
import { type Watcher } from '../../watch/watcher'
import { type Limit } from './limit'
import { type SniperLeases } from './sniper-leases'

/** What sniping works with. */
export interface SniperParts {
  readonly engine: Engine
  /** Of the same node as the engine's. */
  readonly accounts: ChainAccounts
  readonly watcher: Pick<Watcher, 'send'>
  readonly slots: SlotFeed
  readonly dryRun: DryRun
  readonly leases: SniperLeases
  /** Preparations at once: each asks the chain and a dry run. */
  readonly preparing: Limit
}

/** A sniper order that waits. */
export type SniperOrder = Order & { readonly type: 'sniper'; readonly sniper: Sniper }

export function isWaitingSniper(order: Order | null): order is SniperOrder {
  return order?.type === 'sniper' && order.sniper !== null && order.status === 'open'
}

/** A launch, and when this copy heard of it, on the monotonic clock. */
export interface HeardLaunch {
  readonly launch: LaunchEvent
  readonly heardAt: number
}
