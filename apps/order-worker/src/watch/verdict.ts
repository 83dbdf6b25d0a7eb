import { type FailureCode } from '@fillstream/types'
import {
  type Commitment,
  type FinalizedHeight,
  type SignatureStatus,
  type TransactionError,
} from '../adapters/chain/chain'

/** What a node's answer says about a signed attempt. `unknown` is not a failure: it stays watched. */
export type Verdict =
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'landed'; readonly slot: number }
  | { readonly outcome: 'failed'; readonly slot: number; readonly error: TransactionError }
  | { readonly outcome: 'expired' }

export interface Evidence {
  readonly lastValidBlockHeight: number
  /** Read BEFORE the look-up; null where it was not read. */
  readonly finalized: FinalizedHeight | null
  /** The slot at which the look-up was answered. */
  readonly answeredAtSlot: number
  readonly status: SignatureStatus | null
  readonly commitment: Commitment
}

const RANK = { processed: 0, confirmed: 1, finalized: 2 } as const

/**
 * Judges one attempt. It has landed at the commitment; it has failed only when that is finalized, since a failure that a fork
 * switch undoes could land beside the next attempt. It can never land only if the *finalized* height has passed its last valid height and a look-up
 * with the whole history, answered at a slot beyond that point, found nothing: a node that lags proves nothing.
 */
export function verdictOn({
  status,
  commitment,
  finalized,
  answeredAtSlot,
  lastValidBlockHeight,
}: Evidence): Verdict {
  if (status === null) {
    const past =
      finalized !== null && finalized.height > lastValidBlockHeight && answeredAtSlot >= finalized.slot
    return past ? { outcome: 'expired' } : { outcome: 'unknown' }
  }
  const needed = status.error === null ? commitment : 'finalized'
  if (status.confirmation === null || RANK[status.confirmation] < RANK[needed]) return { outcome: 'unknown' }
  if (status.error !== null) return { outcome: 'failed', slot: status.slot, error: status.error }
  return { outcome: 'landed', slot: status.slot }
}

/** Where in an attempt's transaction money leaves the wallet and where the payout comes, by instruction index. */
export interface InstructionRoles {
  readonly spends: readonly number[]
  readonly payouts: readonly number[]
}

/** The order failure for an error on chain: which instruction failed tells a short wallet from a short payout. */
export function failureOnChain(
  error: TransactionError,
  roles: InstructionRoles,
): { code: FailureCode; message: string } {
  if (error.instruction !== null && roles.payouts.includes(error.instruction)) {
    return {
      code: 'SLIPPAGE_EXCEEDED',
      message: 'the venue could no longer pay the least that was asked; the transaction failed on chain',
    }
  }
  if (
    (error.instruction !== null && roles.spends.includes(error.instruction)) ||
    error.text.includes('InsufficientFunds')
  ) {
    return {
      code: 'INSUFFICIENT_FUNDS',
      message: 'the wallet could not pay at landing; the transaction failed on chain',
    }
  }
  return { code: 'TX_FAILED', message: `the transaction failed on chain: ${error.text}` }
}
