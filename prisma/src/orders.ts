import type { EventDraft, NewOrder, Order, OrderChanges } from '@fillstream/core'
import type { Attempt } from '@fillstream/core'
import type { FailureCode, Fee, OrderNews, OrderStatus } from '@fillstream/types'

/** An order as it now is, with the events that made it so: what is told to the world after a commit. */
export interface Published {
  readonly order: Order
  /** In order of `seq`; empty where an append changed the order without an event. */
  readonly news: readonly OrderNews[]
}

/** Which promise of uniqueness an order ran into. `order` and `bodyHash` are of the order that was there first. */
export interface ExistingOrder {
  readonly outcome: 'existing'
  readonly by: 'idempotencyKey' | 'clientOrderId'
  readonly order: Order
  readonly bodyHash: string
}
export type InsertResult = ({ readonly outcome: 'created' } & Published) | ExistingOrder

/** A signed attempt: durable before its first byte is sent. The lease says which watcher looks after it first. */
export interface SubmittedAttempt {
  readonly kind: 'submit'
  /** One more than the attempts that the order has; any other number is a conflict. */
  readonly attempt: number
  readonly signature: string
  readonly signedTransaction: Uint8Array
  readonly lastValidBlockHeight: number
  readonly genesisHash: string
  readonly reference: string | null
  readonly venues: readonly string[]
  readonly expectedAmount: bigint | null
  readonly leaseOwner: string
  readonly leaseMs: number
}

/** An attempt that ended before anything was signed, such as a venue that did not answer. */
export interface UnsignedAttempt {
  readonly kind: 'fail'
  /** One more than the attempts that the order has; any other number is a conflict. */
  readonly attempt: number
  readonly code: FailureCode
  readonly message: string
  readonly venues?: readonly string[]
  readonly expectedAmount?: bigint | null
}

/** How a submitted attempt ended on the chain. */
export interface AttemptOutcome {
  readonly kind: 'resolve'
  readonly attempt: number
  readonly status: 'confirmed' | 'failed'
  readonly slot: number | null
  readonly code: FailureCode | null
  readonly message: string | null
}

export type AttemptChange = SubmittedAttempt | UnsignedAttempt | AttemptOutcome

/** What an attempt really moved, as read from the chain. Base units; `price` in output per input, human decimals. */
export interface NewFill {
  readonly attempt: number
  readonly signature: string
  readonly slot: number
  readonly inputMint: string
  readonly outputMint: string
  readonly inputAmount: bigint
  readonly outputAmount: bigint
  readonly price: string
  readonly fees: readonly Fee[]
}

/** One step of one order. It is applied whole if the order still stands at `expectedSeq`, and not at all otherwise. */
export interface OrderAppend {
  readonly orderId: string
  readonly accountId: string
  /** The status that the writer read along with `expectedSeq`: the steps are checked against the machine from here. */
  readonly from: OrderStatus
  /** The order's `lastSeq` as the writer read it. */
  readonly expectedSeq: number
  /**
   * The order as the writer read it, where it has: what the step leaves is then computed instead of read back, which is the larger
   * part of a step's cost. The step is applied only if the order still has these attempts.
   */
  readonly order?: Order
  /** Empty only where the step is no news: a failed attempt that will be followed by another in the same status. */
  readonly events: readonly EventDraft[]
  /** Without `dueInMs`, an order that still needs work is due at once, and another one never. */
  readonly changes?: OrderChanges
  readonly attempt?: AttemptChange
  readonly fill?: NewFill
}

/** `conflict`: someone else was first. Read the order again and do what its new state says. */
export type AppendResult = ({ readonly outcome: 'appended' } & Published) | { readonly outcome: 'conflict' }

export type { Attempt, EventDraft, NewOrder, Order, OrderChanges }
