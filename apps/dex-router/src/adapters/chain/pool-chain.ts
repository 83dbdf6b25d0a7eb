/** An account of a venue program as the chain has it. */
export interface ProgramAccount {
  readonly address: string
  readonly data: Uint8Array
}

/** A change of an account, at the slot at which it was seen. */
export interface AccountChange extends ProgramAccount {
  readonly slot: bigint
}

/** What the router needs of a Solana node. Subscriptions end by their signal, and throw where the connection ends. */
export interface PoolChain {
  /** All accounts that a program owns, as of one slot. */
  readProgramAccounts(
    program: string,
    signal: AbortSignal,
  ): Promise<{ slot: bigint; accounts: ProgramAccount[] }>
  /** Resolves when the node has acknowledged the subscription. */
  subscribeProgram(program: string, signal: AbortSignal): Promise<AsyncIterable<AccountChange>>
  subscribeSlots(signal: AbortSignal): Promise<AsyncIterable<bigint>>
  /** Lamports that keep a token account alive. */
  readTokenAccountRent(signal: AbortSignal): Promise<bigint>
}
