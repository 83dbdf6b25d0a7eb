import { BLOCKHASH_WINDOW } from './blockhashes'
import { type Chain } from './chain'
import { type Commitment, slotAt } from './commitment'

/** Slots that a node may lag behind: the blockhash that it takes for finalized is still one of the last 150. */
export const MAX_LAG_SLOTS = 100

/** The chain as one node sees it. */
export type NodeView = Pick<Chain, 'parts' | 'slot' | 'latestBlockhash' | 'lastValidSlot'>

/** A node that has not heard of the last `lagSlots()` slots; of the fork that won it knows no other. */
export function laggingNode(chain: Chain, lagSlots: () => number): NodeView {
  const slot = (commitment: Commitment) =>
    slotAt(commitment, Math.max(0, chain.slot('processed') - lagSlots()))
  return {
    parts: chain.parts,
    slot,
    latestBlockhash: (commitment) => chain.blockhashOf(slot(commitment)),
    lastValidSlot(blockhash, commitment) {
      const made = chain.parts.blockhashes.slotOf(blockhash)
      return made === undefined || made > slot(commitment) ? null : made + BLOCKHASH_WINDOW
    },
  }
}
