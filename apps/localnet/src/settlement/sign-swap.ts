import {
  attemptMemo,
  attemptReference,
  encodeRouteMemo,
  type RouteMemo,
  temporaryAccountSeed,
} from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { getAddMemoInstruction } from '@solana-program/memo'
import {
  getSetComputeUnitLimitInstruction,
  getSetComputeUnitPriceInstruction,
} from '@solana-program/compute-budget'
import { getCreateAccountWithSeedInstruction } from '@solana-program/system'
import {
  findAssociatedTokenPda,
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstructionAsync,
  getInitializeAccount3Instruction,
  getTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token'
import {
  AccountRole,
  type Address,
  address,
  appendTransactionMessageInstructions,
  blockhash,
  createAddressWithSeed,
  createNoopSigner,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type Instruction,
  type KeyPairSigner,
  partiallySignTransactionMessageWithSigners,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit'

const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'
const TOKEN_RENT = 2_039_280n

/** What one must know of the venue: `GET /venue`. */
export interface VenueInfo {
  readonly routerAuthority: string
  readonly payoutAccounts: Readonly<Record<string, string>>
}

/** A swap of somebody who has nothing but the public Solana libraries. */
export interface SwapScript {
  readonly user: KeyPairSigner
  readonly venue: VenueInfo
  readonly inputMint: string
  readonly outputMint: string
  readonly swapMode: RouteMemo['swapMode']
  /** Each leg: what the user signs away into the first pool's vault. */
  readonly legs: readonly {
    readonly amount: bigint
    readonly vault: string
    readonly pools: readonly number[]
  }[]
  /** minOut, or the exact output. */
  readonly output: bigint
  readonly orderId: string
  readonly attempt: number
  /** Of mints that are not on the verified list. */
  readonly decimalsOf?: (mint: string) => number
  readonly lifetime: { readonly blockhash: string; readonly lastValidBlockHeight: bigint }
}

/** The settlement transaction of a swap, signed by the user alone, built with the public Solana libraries. */
export async function signSwap(
  script: SwapScript,
  change: (instructions: Instruction[]) => Instruction[] = (instructions) => instructions,
): Promise<{ signature: string; transaction: string; bytes: Uint8Array }> {
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (draft) => setTransactionMessageFeePayerSigner(script.user, draft),
    (draft) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { ...script.lifetime, blockhash: blockhash(script.lifetime.blockhash) },
        draft,
      ),
  )
  const instructions = change(await swapInstructions(script))
  const signed = await partiallySignTransactionMessageWithSigners(
    appendTransactionMessageInstructions(instructions, message),
  )
  const transaction = getBase64EncodedWireTransaction(signed)
  return {
    signature: getSignatureFromTransaction(signed),
    transaction,
    bytes: Buffer.from(transaction, 'base64'),
  }
}

async function swapInstructions(script: SwapScript): Promise<Instruction[]> {
  const { user, venue, inputMint, outputMint, legs } = script
  const decimalsOf = script.decimalsOf ?? listedDecimals
  const name = { orderId: script.orderId, attempt: script.attempt }
  const router = createNoopSigner(address(venue.routerAuthority))
  const seed = temporaryAccountSeed(name)
  const temporary = await createAddressWithSeed({
    baseAddress: user.address,
    seed,
    programAddress: TOKEN_PROGRAM_ADDRESS,
  })
  const sells = inputMint === WRAPPED_SOL_MINT
  const buys = outputMint === WRAPPED_SOL_MINT
  const source = sells ? temporary : await associated(user.address, inputMint)
  const destination = buys ? temporary : await associated(user.address, outputMint)
  const paid = legs.reduce((sum, leg) => sum + leg.amount, 0n)
  const payout = getTransferCheckedInstruction({
    source: address(venue.payoutAccounts[outputMint] ?? ''),
    mint: address(outputMint),
    destination,
    authority: router,
    amount: script.output,
    decimals: decimalsOf(outputMint),
  })
  return [
    getSetComputeUnitLimitInstruction({ units: 60_000 }),
    getSetComputeUnitPriceInstruction({ microLamports: 10_000 }),
    ...(sells || buys
      ? [
          getCreateAccountWithSeedInstruction({
            payer: user,
            newAccount: temporary,
            baseAccount: user,
            base: user.address,
            seed,
            amount: TOKEN_RENT + (sells ? paid : 0n),
            space: 165,
            programAddress: TOKEN_PROGRAM_ADDRESS,
          }),
          getInitializeAccount3Instruction({
            account: temporary,
            mint: address(WRAPPED_SOL_MINT),
            owner: user.address,
          }),
        ]
      : []),
    ...(buys
      ? []
      : [
          await getCreateAssociatedTokenIdempotentInstructionAsync({
            payer: user,
            owner: user.address,
            mint: address(outputMint),
          }),
        ]),
    ...legs.map((leg) =>
      getTransferCheckedInstruction({
        source,
        mint: address(inputMint),
        destination: address(leg.vault),
        authority: user,
        amount: leg.amount,
        decimals: decimalsOf(inputMint),
      }),
    ),
    {
      ...payout,
      accounts: [
        ...payout.accounts,
        { address: address(attemptReference(name)), role: AccountRole.READONLY },
      ],
    },
    ...(sells || buys
      ? [getCloseAccountInstruction({ account: temporary, destination: user.address, owner: user })]
      : []),
    memo(encodeRouteMemo({ swapMode: script.swapMode, legs: legs.map((leg) => leg.pools) })),
    memo(attemptMemo(name)),
  ]
}

// The library's default is another deployment of the memo program, which the VM does not have.
function memo(text: string): Instruction {
  return getAddMemoInstruction({ memo: text }, { programAddress: address(MEMO_PROGRAM) })
}

/** The wallet's associated token account. */
export async function associated(owner: string, mint: string): Promise<Address> {
  const [account] = await findAssociatedTokenPda({
    owner: address(owner),
    mint: address(mint),
    tokenProgram: TOKEN_PROGRAM_ADDRESS,
  })
  return account
}

function listedDecimals(mint: string): number {
  return findToken(mint)?.decimals ?? 0
}
