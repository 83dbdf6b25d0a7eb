import { type ExclusionCode, type RouteCandidate } from '@fillstream/core'
import { type SwapMode } from '@fillstream/types'

/** What a venue is asked. `amount` is of the input for ExactIn, of the output for ExactOut; base units. */
export interface QuoteQuestion {
  readonly inputMint: string
  readonly outputMint: string
  readonly swapMode: SwapMode
  readonly amount: bigint
}

export type VenueReply =
  | { readonly ok: true; readonly route: RouteCandidate }
  | { readonly ok: false; readonly code: ExclusionCode; readonly reason: string }

/** A place to trade. It may be slow, and it may throw: whoever asks guards against both. */
export interface QuotingVenue {
  readonly name: string
  /** At once where the answer is at hand: then there is nothing to wait for. `signal` fires when it is no longer waited for. */
  quote(question: QuoteQuestion, signal: AbortSignal): VenueReply | Promise<VenueReply>
}
