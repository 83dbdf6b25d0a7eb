import { temporaryAccountSeed } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { address, createAddressWithSeed, type Address } from '@solana/kit'
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'

/** The accounts through which one attempt of an order may move the wallet's money. */
export interface SwapAccounts {
  readonly wallet: Address
  /** Temporary wrapped-SOL account, made and closed inside the transaction; null where no SOL is involved. */
  readonly temporary: Address | null
  /** What `inputMint` leaves from. */
  readonly input: Address
  /** What `outputMint` arrives at. */
  readonly output: Address
}

/** Derives, from the order alone, which accounts a swap may touch: a venue's word is not needed for it. */
export async function swapAccounts(swap: {
  readonly wallet: Address
  readonly orderId: string
  readonly attempt: number
  readonly inputMint: string
  readonly outputMint: string
}): Promise<SwapAccounts> {
  const { wallet, inputMint, outputMint } = swap
  const involvesSol = inputMint === WRAPPED_SOL_MINT || outputMint === WRAPPED_SOL_MINT
  const temporary = involvesSol
    ? await createAddressWithSeed({
        baseAddress: wallet,
        programAddress: TOKEN_PROGRAM_ADDRESS,
        seed: temporaryAccountSeed(swap),
      })
    : null
  const side = async (mint: string): Promise<Address> =>
    mint === WRAPPED_SOL_MINT && temporary !== null
      ? temporary
      : (
          await findAssociatedTokenPda({
            owner: wallet,
            mint: address(mint),
            tokenProgram: TOKEN_PROGRAM_ADDRESS,
          })
        )[0]
  return { wallet, temporary, input: await side(inputMint), output: await side(outputMint) }
}
