import { type AddressBook } from '@fillstream/core'
import { type Facts } from '../storage/facts'
import { type History } from '../storage/history'
import { type StateStore } from '../storage/state-store'
import { type Blockhashes, type SlotRange } from './blockhashes'
import { type LandedTransaction } from './landed'
import { type Ledger } from './ledger'
import { type Fate } from './pending'
import { type RolledBack } from './rollback'
import { type Vm } from './vm'
import { type WireTransaction } from './wire'

/** The parts that make a chain. */
export interface ChainParts {
  readonly vm: Vm
  readonly ledger: Ledger
  readonly facts: Facts
  readonly history: History
  readonly store: StateStore
  readonly blockhashes: Blockhashes
  readonly addresses: AddressBook
}

export interface ChainOptions {
  /** The slot to go on from. */
  readonly slot: number
  /** Milliseconds since 1970. */
  now(): number
  /** How long the next transaction travels until it lands, in ms. */
  delayMs(): number
  /** What becomes of the next transaction that is taken in. */
  fate(): Fate
  /** Called when accounts were put back to what they were. */
  onRolledBack(): void
  /** Called in each slot before anything lands. */
  onMarket(slot: number): void
  readonly events: ChainEvents
}

export interface ChainEvents {
  landed(transaction: LandedTransaction): void
  dropped(signature: string, reason: 'expired' | 'unpayable' | 'lost'): void
  rolledBack(rolledBack: RolledBack, drop: boolean): void
}

/** What a transaction sees of the slot in which it lands. */
export interface SlotContext {
  readonly slot: number
  /** Unix seconds. */
  readonly blockTime: number
  readonly blockhash: string
  /** Runs a transaction; null where it was not processed (it cannot pay its fee, or its signature is wrong). */
  run(wire: WireTransaction): LandedTransaction | null
}

/** News of one slot: listeners read the rest from the ledger. */
export interface SlotNews {
  readonly slot: number
  readonly landed: readonly LandedTransaction[]
  /** The slots before this one whose blocks are on a dead fork since now. */
  readonly undone: SlotRange | null
}
