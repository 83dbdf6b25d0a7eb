/** How settled a reader wants to see the chain. */
export type Commitment = 'processed' | 'confirmed' | 'finalized'

/** Slots until a block counts as voted for. */
export const CONFIRMED_AFTER = 1
/** Slots until a block can no longer be rolled back. */
export const FINALIZED_AFTER = 32

const DEPTH: Readonly<Record<Commitment, number>> = {
  processed: 0,
  confirmed: CONFIRMED_AFTER,
  finalized: FINALIZED_AFTER,
}

/** The newest slot of this commitment when `slot` is the newest of all. */
export function slotAt(commitment: Commitment, slot: number): number {
  return Math.max(0, slot - DEPTH[commitment])
}

/** The highest commitment of a block that is `slot`, seen from `current`. */
export function commitmentOf(slot: number, current: number): Commitment {
  if (current - slot >= FINALIZED_AFTER) return 'finalized'
  return current - slot >= CONFIRMED_AFTER ? 'confirmed' : 'processed'
}
