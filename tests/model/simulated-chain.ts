import { encodeBase58 } from '@fillstream/core'
import { readSettlement } from '../../apps/localnet/src/settlement/shape'
import { AddressBook } from '../../apps/localnet/src/svm/address'
import { decodeTransaction } from '../../apps/localnet/src/svm/wire'
import { CO_SIGNER, errorOf, type Landing, type SentTransaction } from './transactions'

export const GENESIS_HASH = 'genesis'

/** Short, so that a run sees blockhashes expire: blocks that one is good for, and slots to either commitment. */
const BLOCKHASH_LIFE = 6
export const DEPTH = { confirmed: 1, finalized: 4 } as const
export const FIRST_SLOT = 1_000

/** A chain and the venue that lands transactions on it, as far as orders can tell. What it knows is the truth. */
export class SimulatedChain {
  private readonly heights = [FIRST_SLOT]
  private readonly lifetimes = new Map<string, number>()
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
    const known = this.sent.get(wire.signature)
    const lastValidBlockHeight = this.lifetimes.get(wire.blockhash)
    if (lastValidBlockHeight === undefined) throw new Error('blockhash not found')
    const { signature } = wire
    const tx = known ?? {
      signature,
      settlement: readSettlement(wire, CO_SIGNER),
      lastValidBlockHeight,
      pending: false,
      landed: null,
    }
    tx.pending = tx.landed === null
    this.sent.set(signature, tx)
    return tx
  }

  /** What may land in this slot. */
  landable(): SentTransaction[] {
    return [...this.sent.values()].filter(
      (tx) => tx.pending && tx.landed === null && this.height <= tx.lastValidBlockHeight,
    )
  }

  land(tx: SentTransaction, landing: Landing, surplus: bigint): void {
    tx.pending = false
    tx.landed = { slot: this.slot, error: errorOf(tx, landing), surplus }
  }

  /** The tip is not the chain's after all: what landed there is pending again. */
  fork(): SentTransaction[] {
    const undone = [...this.sent.values()].filter(
      ({ landed }) => landed !== null && this.slot - landed.slot < DEPTH.confirmed,
    )
    for (const tx of undone) {
      tx.landed = null
      tx.pending = true
    }
    return undone
  }

  ofOrder(orderId: string): SentTransaction[] {
    return [...this.sent.values()].filter(({ settlement }) => settlement.attempt.orderId === orderId)
  }

  /** Whether these signed bytes have settled or may yet, wherever they are. */
  mayMoveMoney(signature: string, lastValidBlockHeight: number): boolean {
    const landed = this.sent.get(signature)?.landed ?? null
    if (landed === null) return this.height <= lastValidBlockHeight
    return landed.error === null || this.slot - landed.slot < DEPTH.confirmed
  }

  heightAt(slot: number): number {
    return this.heights[slot - FIRST_SLOT] ?? 0
  }

  /** The blockhash of a slot; good for some blocks more. */
  blockhashOf(slot: number): { blockhash: string; lastValidBlockHeight: number } {
    const bytes = Buffer.alloc(32, 1)
    bytes.writeUInt32BE(slot, 0)
    const blockhash = encodeBase58(bytes)
    const lastValidBlockHeight = this.heightAt(slot) + BLOCKHASH_LIFE
    this.lifetimes.set(blockhash, lastValidBlockHeight)
    return { blockhash, lastValidBlockHeight }
  }
}
