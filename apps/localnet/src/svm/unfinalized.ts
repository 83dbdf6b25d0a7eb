import { type FactValue } from '../storage/facts'
import { FINALIZED_AFTER } from './commitment'
import { type PendingTransaction } from './pending'

/** What a slot did that can still be undone. */
export interface UnfinalizedSlot {
  /** What was done to the chain from outside, in order: it can be done again. */
  readonly jobs: readonly ((slot: number) => unknown)[]
  /** Transactions that were run, in order. */
  readonly landed: readonly PendingTransaction[]
  /** Facts before the slot; undefined where there was none. */
  readonly facts: readonly (readonly [string, FactValue | undefined])[]
}

/** The slots that are not finalized yet, of this process. */
export class UnfinalizedSlots {
  private readonly slots = new Map<number, UnfinalizedSlot>()

  add(slot: number, done: UnfinalizedSlot): void {
    this.slots.set(slot, done)
    this.slots.delete(slot - FINALIZED_AFTER - 1)
  }

  /** Takes out all slots after `last`, oldest first. */
  takeAfter(last: number): UnfinalizedSlot[] {
    const taken = [...this.slots].filter(([slot]) => slot > last)
    for (const [slot] of taken) this.slots.delete(slot)
    return taken.map(([, done]) => done)
  }
}
