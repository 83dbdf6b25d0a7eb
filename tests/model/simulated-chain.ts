import { encodeBase58, AddressBook } from '@fillstream/core'
import { readSettlement } from '../../apps/localnet/src/settlement/shape'
import { decodeTransaction } from '../../apps/localnet/src/svm/wire'
import { CO_SIGNER, errorOf, type Landing, type SentTransaction } from './transactions'

export const GENESIS_HASH = 'genesis'

/** Short, so that a run sees blockhashes expire: blocks that one is good for, and slots to either commitment. */
const BLOCKHASH_LIFE = 6
export const DEPTH = { confirmed: 1, finalized: 4 } as const
export const FIRST_SLOT = 1_000

/** Signed bytes by their name, and until when they are good. */
interface SignedTransaction {
  readonly signature: string
  readonly lastValidBlockHeight: number
}

/** A chain and the venue that lands transactions on it, as far as orders can tell. What it knows is the truth. */
export class SimulatedChain {
  private readonly heights = [FIRST_SLOT]
  private readonly lifetimes = new Map<string, number>()
  private forks = 0
  private readonly addresses = new AddressBook()
  /** How far the nodes that answer by turns are behind, in slots. */
  lags: readonly number[] = [0]
  readonly sent = new Map<string, SentTransaction>()

  get slot(): number {
    return FIRST_SLOT + this.heights.length - 1
  }

  get height(): number {
    return this.heightAt(this.slot)
  }

  /** The next slots; a skipped one has no block. */
  advance(slots: number, skipped = false): void {
    for (let i = 0; i < slots; i++) this.heights.push(this.height + (skipped ? 0 : 1))
  }

  /** The venue takes a transaction: once more is once. */
  submit(bytes: Uint8Array): SentTransaction {
    const wire = decodeTransaction(bytes, this.addresses)
    const { signature, blockhash } = wire
    const lastValidBlockHeight = this.lifetimes.get(blockhash)
    if (lastValidBlockHeight === undefined) throw new Error('blockhash not found')
    const tx: SentTransaction = this.sent.get(signature) ?? {
      signature,
      settlement: readSettlement(wire, CO_SIGNER),
      lastValidBlockHeight,
      pending: false,
      landed: null,
      rolledBack: false,
    }
    tx.pending = tx.landed === null
    this.sent.set(signature, tx)
    return tx
  }

  /** What may land in this slot. */
  landable(): SentTransaction[] {
    return [...this.sent.values()].filter(
      ({ pending, landed, lastValidBlockHeight, settlement }) =>
        pending &&
        landed === null &&
        this.height <= lastValidBlockHeight &&
        this.lifetimes.has(settlement.wire.blockhash),
    )
  }

  land(tx: SentTransaction, landing: Landing, surplus: bigint): void {
    tx.pending = false
    tx.landed = { slot: this.slot, error: errorOf(tx, landing), surplus }
  }

  /**
   * The last slots, none of them finalized, have no block after all: what landed there has not, and what was signed over their
   * blockhashes never will. The venue still has what was undone, or has lost it.
   */
  fork(depth: number, kept: boolean): void {
    const base = this.slot - depth
    for (let slot = base + 1; slot <= this.slot; slot++) {
      this.heights[slot - FIRST_SLOT] = this.heightAt(base)
      this.lifetimes.delete(this.blockhashName(slot))
    }
    for (const tx of this.sent.values()) {
      if (tx.landed === null || tx.landed.slot <= base) continue
      Object.assign(tx, { landed: null, pending: kept, rolledBack: true })
    }
    this.forks += 1
  }

  ofOrder(orderId: string): SentTransaction[] {
    return [...this.sent.values()].filter(({ settlement }) => settlement.attempt.orderId === orderId)
  }

  /** Whether these signed bytes have settled or may yet, wherever they are, even if the chain forks. */
  mayMoveMoney({ signature, lastValidBlockHeight }: SignedTransaction): boolean {
    const landed = this.sent.get(signature)?.landed ?? null
    if (landed?.error === null) return true
    if (landed !== null && this.slot - landed.slot >= DEPTH.finalized) return false
    return this.heightAt(this.slot - DEPTH.finalized) <= lastValidBlockHeight
  }

  heightAt(slot: number): number {
    return this.heights[slot - FIRST_SLOT] ?? 0
  }

  /** The blockhash of a slot; good for some blocks more. */
  blockhashOf(slot: number): { blockhash: string; lastValidBlockHeight: number } {
    const blockhash = this.blockhashName(slot)
    const lastValidBlockHeight = this.heightAt(slot) + BLOCKHASH_LIFE
    this.lifetimes.set(blockhash, lastValidBlockHeight)
    return { blockhash, lastValidBlockHeight }
  }

  private blockhashName(slot: number): string {
    const bytes = Buffer.alloc(32, 1)
    bytes.writeUInt32BE(slot, 0)
    bytes.writeUInt32BE(this.forks, 4)
    return encodeBase58(bytes)
  }
}
