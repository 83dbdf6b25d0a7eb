import { createHash } from 'node:crypto'
import { encodeBase58 } from '@fillstream/core'

/** How many blocks a blockhash may be old when its transaction lands, as on Solana. */
export const BLOCKHASH_WINDOW = 150

/**
 * The blockhash of every slot (here every slot has a block, so slot and block height are one), and which of them are
 * still valid. A hash is a function of the genesis hash and its slot: after a restart the old ones are known again.
 */
export class Blockhashes {
  private readonly slots = new Map<string, number>()
  private readonly hashes = new Map<number, string>()

  constructor(
    private readonly genesisHash: string,
    slot: number,
  ) {
    for (let past = Math.max(0, slot - BLOCKHASH_WINDOW); past <= slot; past += 1) this.advance(past)
  }

  /** Makes the hash of `slot` and forgets the one that has left the window. */
  advance(slot: number): void {
    const hash = encodeBase58(createHash('sha256').update(`${this.genesisHash}:${slot}`).digest())
    this.slots.set(hash, slot)
    this.hashes.set(slot, hash)
    const left = slot - BLOCKHASH_WINDOW - 1
    const forgotten = this.hashes.get(left)
    if (forgotten !== undefined) this.slots.delete(forgotten)
    this.hashes.delete(left)
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
}
