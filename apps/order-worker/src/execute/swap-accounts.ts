import { addressWithSeed, memoize, temporaryAccountSeed, type AddressBook } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { address, type Address } from '@solana/kit'
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

const KNOWN_ACCOUNTS = 20_000

/** Derives, from the order alone, which accounts a swap may touch: a venue's word is not needed for it. */
export type FindSwapAccounts = (swap: {
  readonly wallet: Address
  readonly orderId: string
  readonly attempt: number
  readonly inputMint: string
  readonly outputMint: string
}) => Promise<SwapAccounts>

/** Token accounts of wallets are remembered: finding one takes a tenth of a millisecond. */
export function createSwapAccounts(addresses: AddressBook): FindSwapAccounts {
  const associated = memoize(KNOWN_ACCOUNTS, async (ownerAndMint) => {
    const [owner = '', mint = ''] = ownerAndMint.split(' ')
    const [account] = await findAssociatedTokenPda({
      owner: address(owner),
      mint: address(mint),
      tokenProgram: TOKEN_PROGRAM_ADDRESS,
    })
    return account
  })
  return async (swap) => {
    const { wallet, inputMint, outputMint } = swap
    const involvesSol = inputMint === WRAPPED_SOL_MINT || outputMint === WRAPPED_SOL_MINT
    const temporary = involvesSol
      ? (addressWithSeed(addresses, wallet, temporaryAccountSeed(swap), TOKEN_PROGRAM_ADDRESS) as Address)
      : null
    const side = async (mint: string) =>
      mint === WRAPPED_SOL_MINT && temporary !== null ? temporary : associated(`${wallet} ${mint}`)
    const [input, output] = await Promise.all([side(inputMint), side(outputMint)])
    return { wallet, temporary, input, output }
  }
}
