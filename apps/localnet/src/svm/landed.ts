import { type TokenBalance } from './ledger'
import { type TransactionError } from './transaction-error'
import { type InnerInstruction } from './vm'

/** A transaction that landed (it may have failed): all that the chain will ever say about it. */
export interface LandedTransaction {
  readonly signature: string
  readonly slot: number
  /** Unix seconds. */
  readonly blockTime: number
  readonly err: TransactionError | null
  /** `[length] text` of each memo, joined by `; `, as a real node tells them; null without a memo. */
  readonly memo: string | null
  /** Static keys first, then those from lookup tables. */
  readonly keys: readonly string[]
  readonly loaded: { readonly writable: number; readonly readonly: number }
  readonly bytes: Uint8Array
  readonly fee: bigint
  readonly computeUnits: bigint
  readonly logs: readonly string[]
  readonly inner: readonly (readonly InnerInstruction[])[]
  readonly preBalances: readonly bigint[]
  readonly postBalances: readonly bigint[]
  readonly preTokenBalances: readonly TokenBalance[]
  readonly postTokenBalances: readonly TokenBalance[]
}

/** What is kept in memory of every landed transaction. */
export interface LandedSummary {
  readonly signature: string
  readonly slot: number
  readonly blockTime: number
  readonly err: TransactionError | null
  readonly memo: string | null
}
