import { attemptMemo, encodeBase58, MEMO_PROGRAM, type AddressBook } from '@fillstream/core'
import {
  getSetComputeUnitLimitInstruction,
  getSetComputeUnitPriceInstruction,
} from '@solana-program/compute-budget'
import { type Lifetime } from '../adapters/chain/chain'
import { type Wallet } from '../signer/wallets'
import { assembleTransaction, compileMessage } from './compile-message'
import { type SwapInstruction } from './decode-instruction'

/** Enough for a swap of several legs with its memos; what is not used is not charged beyond the priority fee. */
export const COMPUTE_UNITS = 200_000

const COMPUTE_LIMIT = getSetComputeUnitLimitInstruction({ units: COMPUTE_UNITS })

const MAX_TRANSACTION_BYTES = 1_232

export interface SignedTransaction {
  /** Base58: the transaction's id, known before a byte is sent. */
  readonly signature: string
  /** Wire bytes; the co-signer's signature is still missing. */
  readonly bytes: Uint8Array
}

/**
 * The price per compute unit (micro-lamports) that keeps the priority fee within `maxLamports`:
 * fee = ceil(units * price / 10^6) lamports.
 */
export function computeUnitPrice(
  fee: { readonly mode: 'auto' | 'fixed'; readonly maxLamports: bigint },
  recent: bigint,
): bigint {
  const most = (fee.maxLamports * 1_000_000n) / BigInt(COMPUTE_UNITS)
  return fee.mode === 'fixed' || recent > most ? most : recent
}

/**
 * Puts the checked swap instructions between the compute budget and the memo `orderId:attempt` (two equal orders over
 * one blockhash would otherwise be one transaction), and signs with the wallet.
 * Throws when the transaction does not fit a packet.
 */
export function buildTransaction(
  swap: {
    readonly orderId: string
    readonly attempt: number
    readonly wallet: Wallet
    readonly instructions: readonly SwapInstruction[]
    readonly lifetime: Lifetime
    readonly computeUnitPrice: bigint
  },
  addresses: AddressBook,
): SignedTransaction {
  const message = compileMessage(
    {
      feePayer: swap.wallet.address,
      blockhash: swap.lifetime.blockhash,
      instructions: [
        COMPUTE_LIMIT,
        getSetComputeUnitPriceInstruction({ microLamports: swap.computeUnitPrice }),
        ...swap.instructions,
        { programAddress: MEMO_PROGRAM, data: Buffer.from(attemptMemo(swap)) },
      ],
    },
    addresses,
  )
  const signature = swap.wallet.sign(message.bytes)
  const bytes = assembleTransaction(message, new Map([[swap.wallet.address, signature]]))
  if (bytes.length > MAX_TRANSACTION_BYTES)
    throw new Error(
      `the transaction has ${bytes.length} bytes, at most ${MAX_TRANSACTION_BYTES} fit a packet`,
    )
  return { signature: encodeBase58(signature), bytes }
}
