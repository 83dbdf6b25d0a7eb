import { attemptReference } from '@fillstream/core'
import {
  ChainUnavailableError,
  type Chain,
  type Commitment,
  type FinalizedHeight,
  type Holdings,
  type LandedSignature,
  type LandedTransaction,
  type Lifetime,
  type SignatureStatus,
} from '../../apps/order-worker/src/adapters/chain/chain'
import { DEPTH, FIRST_SLOT, GENESIS_HASH, type SimulatedChain } from './simulated-chain'
import { recordOf, REST, restOf } from './transactions'

/** The chain through its nodes, which answer by turns: each sees what had happened `lag` slots ago. */
export class SimulatedNodes implements Chain {
  private asked = 0

  constructor(private readonly chain: SimulatedChain) {}

  genesisHash(): Promise<string> {
    return Promise.resolve(GENESIS_HASH)
  }

  latestBlockhash(): Promise<Lifetime> {
    return Promise.resolve(this.chain.blockhashOf(this.next() - DEPTH.confirmed))
  }

  finalizedHeight(): Promise<FinalizedHeight> {
    const slot = this.next() - DEPTH.finalized
    return Promise.resolve({ slot, height: this.chain.heightAt(slot) })
  }

  statuses(signatures: readonly string[]) {
    const slot = this.next()
    const statuses = signatures.map((signature) => this.statusAt(slot, signature))
    return Promise.resolve({ slot, statuses })
  }

  transaction(signature: string, commitment: Commitment): Promise<LandedTransaction | null> {
    const tx = this.chain.sent.get(signature.replace(REST, ''))
    if (!tx?.landed || this.next() - tx.landed.slot < DEPTH[commitment]) return Promise.resolve(null)
    return Promise.resolve(signature.endsWith(REST) ? restOf(tx) : recordOf(tx))
  }

  signaturesFor(
    reference: string,
    commitment: Commitment,
    minContextSlot: number | null,
  ): Promise<LandedSignature[]> {
    const at = this.next() - DEPTH[commitment]
    if (at < (minContextSlot ?? 0))
      return Promise.reject(new ChainUnavailableError('minimum context slot has not been reached'))
    const landed = [...this.chain.sent.values()].flatMap(({ signature, settlement, landed }) =>
      landed !== null && landed.slot <= at && attemptReference(settlement.attempt) === reference
        ? landed.error === null && landed.surplus > 0n
          ? [
              { signature: `${signature}${REST}`, slot: landed.slot },
              { signature, slot: landed.slot },
            ]
          : [{ signature, slot: landed.slot }]
        : [],
    )
    return Promise.resolve(landed)
  }

  balanceLamports(): Promise<bigint> {
    return Promise.resolve(10n ** 12n)
  }

  holdings(): Promise<Holdings> {
    return Promise.resolve({ lamports: 10n ** 12n, tokens: 0n })
  }

  tokenBalances(): Promise<Map<string, bigint>> {
    return Promise.resolve(new Map())
  }

  rentExemption(): Promise<bigint> {
    return Promise.resolve(2_039_280n)
  }

  recentPriorityFee(): Promise<bigint> {
    return Promise.resolve(0n)
  }

  private statusAt(at: number, signature: string): SignatureStatus | null {
    const landed = this.chain.sent.get(signature)?.landed ?? null
    if (landed === null || landed.slot > at) return null
    const { slot, error } = landed
    const depth = at - slot
    const confirmation =
      depth >= DEPTH.finalized ? 'finalized' : depth >= DEPTH.confirmed ? 'confirmed' : 'processed'
    return { slot, error, confirmation }
  }

  /** The slot at which the next node stands. */
  private next(): number {
    const { lags, slot } = this.chain
    const lag = lags[this.asked++ % lags.length] ?? 0
    return Math.max(FIRST_SLOT + DEPTH.finalized, slot - lag)
  }
}
