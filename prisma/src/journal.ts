import type { NewOrder } from '@fillstream/core'
import type { AppendResult, InsertResult, OrderAppend, Published } from './orders'
import type { OrderWrites } from './store'

/** The one way to change an order: to Postgres in groups, then, after the commit, to the world. */
export interface Journal {
  /**
   * Makes the order durable, or finds the one that its idempotency key or clientOrderId names.
   * Throws OVERLOADED (queue full) and DEPENDENCY_UNAVAILABLE (with `orderId` where it may have been accepted all the same).
   */
  accept(order: NewOrder): Promise<InsertResult>
  /** Throws as `accept` does; an append that is thrown at may have been applied: read the order again. */
  append(append: OrderAppend): Promise<AppendResult>
  /** An attempt that failed before it was signed and will be followed by another: recorded without an event. */
  recordFailedAttempt(append: Omit<OrderAppend, 'events'>): Promise<AppendResult>
  /** Takes no more and resolves when all that was taken is done. */
  close(): Promise<void>
}

export interface JournalDeps {
  readonly store: { readonly orders: OrderWrites }
  /** Tells the world. Its failure loses nothing: the events are durable, and whoever listens repairs from Postgres. */
  readonly publish: (published: readonly Published[]) => Promise<void>
  readonly onPublishFailed?: (error: unknown, published: readonly Published[]) => void
}

export interface JournalConfig {
  /** Rows of one statement at most (default 500). */
  readonly maxBatch?: number
  /** Callers waiting at most, each of accept and append (default 20,000). */
  readonly maxQueue?: number
  /** While a statement runs, the next group gathers for at least this long (default 2). */
  readonly windowMs?: number
  /** How long an answer waits for `publish` (default 250). */
  readonly publishWaitMs?: number
  /** How long a statement of unknown outcome is repeated, which is harmless (default 2000). */
  readonly unknownOutcomeMs?: number
}

export declare function createJournal(deps: JournalDeps, config?: JournalConfig): Journal
