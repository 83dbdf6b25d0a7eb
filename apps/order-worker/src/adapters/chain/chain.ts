import { type Address } from '@solana/kit'

/** A transaction's status as a node knows it. `confirmation` null: seen, but not yet voted on. */
export interface SignatureStatus {
  readonly slot: number
  readonly confirmation: 'processed' | 'confirmed' | 'finalized' | null
  /** Null: it succeeded. */
  readonly error: TransactionError | null
}

/** Why a transaction failed on chain: the instruction that failed and its custom code, where it was one. */
export interface TransactionError {
  readonly instruction: number | null
  readonly customCode: number | null
  readonly text: string
}

export interface Lifetime {
  readonly blockhash: string
  readonly lastValidBlockHeight: number
}

/** What moved at one transaction, as the chain recorded it. */
export interface LandedTransaction {
  readonly signature: string
  readonly slot: number
  readonly error: TransactionError | null
  readonly feeLamports: bigint
  readonly signatures: number
  readonly accountKeys: readonly string[]
  readonly preBalances: readonly bigint[]
  readonly postBalances: readonly bigint[]
  readonly preTokenBalances: readonly TokenBalance[]
  readonly postTokenBalances: readonly TokenBalance[]
}

export interface LandedSignature {
  readonly signature: string
  readonly slot: number
}

export interface TokenBalance {
  readonly accountIndex: number
  readonly owner: string
  readonly mint: string
  readonly decimals: number
  readonly amount: bigint
}

/** What a token's mint account says. */
export interface Mint {
  readonly decimals: number
  readonly supply: bigint
  /** Who can make more of it, and who can freeze accounts of it; null: nobody. */
  readonly mintAuthority: string | null
  readonly freezeAuthority: string | null
}

export type Commitment = 'confirmed' | 'finalized'

/** The node is away, or could not answer: nothing is known about what was asked. */
export class ChainUnavailableError extends Error {
  override readonly name = 'ChainUnavailableError'
}

/** Signatures of one look-up: the RPC method's own bound. */
export const MAX_LOOKUP = 256

/** The finalized block height, and the slot it was read at. */
export interface FinalizedHeight {
  readonly height: number
  readonly slot: number
}

export interface Holdings {
  readonly lamports: bigint
  readonly tokens: bigint
}

/** Solana as order-worker needs it: plain RPC methods, nothing of a venue. Rejects with ChainUnavailableError. */
export interface Chain {
  genesisHash(): Promise<string>
  latestBlockhash(): Promise<Lifetime>
  finalizedHeight(): Promise<FinalizedHeight>
  /** Statuses with the whole transaction history searched, and the slot at which the node answered. At most `MAX_LOOKUP`. */
  statuses(
    signatures: readonly string[],
  ): Promise<{ readonly slot: number; readonly statuses: readonly (SignatureStatus | null)[] }>
  /** Null while the node does not have it at this commitment. */
  transaction(signature: string, commitment: Commitment): Promise<LandedTransaction | null>
  /**
   * Transactions that name `address`, newest first, and where each has landed.
   * @param minContextSlot what the node must have seen; null: as far as it is
   */
  signaturesFor(
    address: string,
    commitment: Commitment,
    minContextSlot: number | null,
  ): Promise<readonly LandedSignature[]>
  balanceLamports(address: Address): Promise<bigint>
  /** What a wallet holds in lamports, and in one of its token accounts (0 where that is not there), base units. */
  holdings(wallet: Address, tokenAccount: Address): Promise<Holdings>
  /** The sum of the owner's token accounts by mint. */
  tokenBalances(owner: Address): Promise<ReadonlyMap<string, bigint>>
  /** Lamports that keep an account of `bytes` bytes alive. */
  rentExemption(bytes: number): Promise<bigint>
  /** The median recent priority fee, micro-lamports per compute unit. */
  recentPriorityFee(): Promise<bigint>
}

/** What judging a launch needs of the chain besides. Rejects with ChainUnavailableError. */
export interface ChainAccounts {
  /** Null where there is no such mint. */
  mint(mint: string): Promise<Mint | null>
  /** An account's data and the program that owns it; null where there is none. */
  account(address: string): Promise<{ readonly owner: string; readonly data: Uint8Array } | null>
  /** The last slot that the node has seen, confirmed or not. */
  slot(): Promise<number>
  /** The time of the chain, Unix seconds. */
  unixTime(): Promise<number>
}

/** The venue-specific ports of the chain: where signed bytes go, and how what was settled is read. */
export interface SettlementPorts {
  /** Hands over the signed bytes. Resolves when they were taken; a rejection leaves the outcome unknown. */
  submit(bytes: Uint8Array): Promise<void>
  /** All transactions that settled this attempt, or null while the chain does not show them yet. */
  readSettlement(
    signature: string,
    reference: string | null,
    commitment: Commitment,
  ): Promise<readonly LandedTransaction[] | null>
}
