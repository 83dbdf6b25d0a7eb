import { createHash } from 'node:crypto'
import { encodeBase58 } from '@fillstream/core'

/** How many blocks a blockhash may be old when its transaction lands, as on Solana. */
export const BLOCKHASH_WINDOW = 150

/** Slots from the first to the last, both included. */
export interface SlotRange {
  readonly from: number
  readonly to: number
}

/**
 * The blockhash of every slot (here every slot has a block, so slot and block height are one), and which of them are
 * still valid. A hash is a function of the genesis hash, its slot and its fork: after a restart the old ones are known
 * again. The fork that wins at a rollback has empty blocks of its own in the slots that it replaces.
 */
export class Blockhashes {
  private readonly slots = new Map<string, number>()
  private readonly hashes = new Map<number, string>()

  /** `forks` are the rollbacks so far: ranges of slots, both ends included, whose first blocks are on a dead fork. */
  constructor(
    private readonly genesisHash: string,
    slot: number,
    private forks: readonly SlotRange[] = [],
  ) {
    for (let past = Math.max(0, slot - BLOCKHASH_WINDOW); past <= slot; past += 1) this.advance(past)
  }

  /** Makes the hash of `slot` and forgets the one that has left the window. */
  advance(slot: number): void {
    this.make(slot)
    const left = slot - BLOCKHASH_WINDOW - 1
    const forgotten = this.hashes.get(left)
    if (forgotten !== undefined) this.slots.delete(forgotten)
    this.hashes.delete(left)
  }

  /** Gives the slots of `range` other hashes, those of the fork that won; returns the rollbacks that still matter. */
  fork(range: SlotRange): readonly SlotRange[] {
    this.forks = [...this.forks.filter(({ to }) => this.hashes.has(to)), range]
    for (let slot = range.from; slot <= range.to; slot += 1) {
      this.slots.delete(this.hashes.get(slot) ?? '')
      this.make(slot)
    }
    return this.forks
  }

  hashOf(slot: number): string {
    const hash = this.hashes.get(slot)
    if (hash === undefined) throw new RangeError(`slot ${slot} is outside the blockhash window`)
    return hash
  }

  /** The slot of a hash of the last {@link BLOCKHASH_WINDOW} blocks; undefined for any other. */
  slotOf(blockhash: string): number | undefined {
    return this.slots.get(blockhash)
  }

  private make(slot: number): void {
    const fork = this.forks.filter(({ from, to }) => from <= slot && slot <= to).length
    const name = `${this.genesisHash}:${slot}${fork === 0 ? '' : `:${fork}`}`
    const hash = encodeBase58(createHash('sha256').update(name).digest())
    this.slots.set(hash, slot)
    this.hashes.set(slot, hash)
  }
}
