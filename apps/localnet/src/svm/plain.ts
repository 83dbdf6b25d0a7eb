import { type PendingTransaction } from './pending'
import { type WireTransaction } from './wire'

/** A fully signed transaction that nobody but the VM has to do with. */
export function runPlain(wire: WireTransaction, lastValidSlot: number): PendingTransaction {
  return {
    wire,
    lastValidSlot,
    land(slot) {
      const landed = slot.run(wire)
      return landed === null ? [] : [landed]
    },
  }
}
