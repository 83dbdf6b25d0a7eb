import { type LandedTransaction } from './landed'
import { type SlotContext } from './chain'
import { type WireTransaction } from './wire'

/** A transaction on its way. */
export interface PendingTransaction {
  readonly wire: WireTransaction
  /** The last slot in which its blockhash is valid: after it, it never lands. */
  readonly lastValidSlot: number
  /** Runs it in a slot; what landed, in order (nothing where it could not even pay its fee). */
  land(context: SlotContext): readonly LandedTransaction[]
}

/** Transactions in the order in which they will land. */
export class PendingTransactions {
  private readonly queue: { readonly at: number; readonly transaction: PendingTransaction }[] = []
  private readonly signatures = new Set<string>()

  get size(): number {
    return this.queue.length
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

  /** Takes out those that are due at `now`. */
  takeDue(now: number): PendingTransaction[] {
    const later = this.queue.findIndex((entry) => entry.at > now)
    const due = this.queue.splice(0, later < 0 ? this.queue.length : later)
    for (const { transaction } of due) this.signatures.delete(transaction.wire.signature)
    return due.map(({ transaction }) => transaction)
  }
}
