import { type LandedTransaction } from './landed'
import { type SlotContext } from './chain-parts'
import { type WireTransaction } from './wire'

/** A transaction on its way. */
export interface PendingTransaction {
  readonly wire: WireTransaction
  /** The last slot in which its blockhash is valid: after it, it never lands. */
  readonly lastValidSlot: number
  /** Runs it in a slot; what landed, in order (nothing where it could not even pay its fee, or its venue does not sign). */
  land(context: SlotContext): readonly LandedTransaction[]
  /** It pays its fee and does nothing else. */
  readonly fails?: boolean
}

/** What becomes of a transaction: `late` in its last valid slot, `fail` with an error, `drop` not at all. */
export type Fate = 'lands' | 'drop' | 'late' | 'fail'

/** Transactions in the order in which they will land. */
export class PendingTransactions {
  private readonly queue: { readonly at: number; readonly transaction: PendingTransaction }[] = []
  private readonly held = new Map<number, PendingTransaction[]>()
  private readonly signatures = new Set<string>()

  get size(): number {
    return this.signatures.size
  }

  has(signature: string): boolean {
    return this.signatures.has(signature)
  }

  add(transaction: PendingTransaction, at: number): void {
    let low = 0
    let high = this.queue.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.queue[middle]?.at ?? Infinity) <= at) low = middle + 1
      else high = middle
    }
    this.queue.splice(low, 0, { at, transaction })
    this.signatures.add(transaction.wire.signature)
  }

  /** Holds one back until its last valid slot. */
  addLast(transaction: PendingTransaction): void {
    const slot = transaction.lastValidSlot
    this.held.set(slot, [...(this.held.get(slot) ?? []), transaction])
    this.signatures.add(transaction.wire.signature)
  }

  /** Takes out those that are due at `now`, in this slot. */
  takeDue(now: number, slot: number): PendingTransaction[] {
    const later = this.queue.findIndex((entry) => entry.at > now)
    const due = this.queue
      .splice(0, later < 0 ? this.queue.length : later)
      .map(({ transaction }) => transaction)
      .concat(this.held.get(slot) ?? [])
    this.held.delete(slot)
    for (const { wire } of due) this.signatures.delete(wire.signature)
    return due
  }
}
