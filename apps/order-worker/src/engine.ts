import { type AddressBook } from '@fillstream/core'
import { type Deps } from '@fillstream/runtime'
import { type OrdersQueue } from '@fillstream/messaging'
import { type Journal, type Store } from '@fillstream/store'
import { type Chain, type SettlementPorts } from './adapters/chain/chain'
import { type Faucet } from './adapters/demo-funds'
import { type DexRouter } from './adapters/dex-router'
import { type Config } from './config'
import { type WorkerEvents } from './events'
import { type FindSwapAccounts } from './execute/swap-accounts'
import { type Wallets } from './signer/wallets'
import { type Trading } from './trading'
import { type Triggers } from './triggers/triggers'

/** What the steps of execution work with, wired once in start.ts. */
export interface Engine extends Deps {
  readonly config: Config
  readonly events: WorkerEvents
  readonly store: Store
  readonly journal: Journal
  readonly queue: OrdersQueue
  readonly trading: Trading
  readonly chain: Chain
  readonly settlement: SettlementPorts
  readonly router: DexRouter
  readonly wallets: Wallets
  readonly triggers: Triggers
  readonly addresses: AddressBook
  readonly swapAccounts: FindSwapAccounts
  /** Demo mode alone: gives a wallet that runs short its grant again. */
  readonly faucet: Faucet | null
  /** This process, as the owner of leases. */
  readonly owner: string
  readonly genesisHash: string
  readonly tokenAccountRent: bigint
}
