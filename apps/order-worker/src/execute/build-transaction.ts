import { attemptMemo, MEMO_PROGRAM } from '@fillstream/core'
import {
  address,
  appendTransactionMessageInstructions,
  blockhash,
  compileTransaction,
  createTransactionMessage,
  getBase58Decoder,
  getTransactionEncoder,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  type SignatureBytes,
} from '@solana/kit'
import {
  getSetComputeUnitLimitInstruction,
  getSetComputeUnitPriceInstruction,
} from '@solana-program/compute-budget'
import { type Lifetime } from '../adapters/chain/chain'
import { type Wallet } from '../signer/wallets'
import { type WireInstruction } from './check-instructions'

/** Enough for a swap of several legs with its memos; what is not used is not charged beyond the priority fee. */
export const COMPUTE_UNITS = 200_000

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
export function buildTransaction(swap: {
  readonly orderId: string
  readonly attempt: number
  readonly wallet: Wallet
  readonly instructions: readonly WireInstruction[]
  readonly lifetime: Lifetime
  readonly computeUnitPrice: bigint
}): SignedTransaction {
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (m) => setTransactionMessageFeePayer(swap.wallet.address, m),
    (m) =>
      setTransactionMessageLifetimeUsingBlockhash(
        {
          blockhash: blockhash(swap.lifetime.blockhash),
          lastValidBlockHeight: BigInt(swap.lifetime.lastValidBlockHeight),
        },
        m,
      ),
    (m) =>
      appendTransactionMessageInstructions(
        [
          getSetComputeUnitLimitInstruction({ units: COMPUTE_UNITS }),
          getSetComputeUnitPriceInstruction({ microLamports: swap.computeUnitPrice }),
          ...swap.instructions,
          {
            programAddress: address(MEMO_PROGRAM),
            data: new TextEncoder().encode(attemptMemo(swap)),
          },
        ],
        m,
      ),
  )
  const compiled = compileTransaction(message)
  const signature = swap.wallet.sign(new Uint8Array(compiled.messageBytes)) as SignatureBytes
  const signed = { ...compiled, signatures: { ...compiled.signatures, [swap.wallet.address]: signature } }
  const bytes = new Uint8Array(getTransactionEncoder().encode(signed))
  if (bytes.length > MAX_TRANSACTION_BYTES)
    throw new Error(
      `the transaction has ${bytes.length} bytes, at most ${MAX_TRANSACTION_BYTES} fit a packet`,
    )
  return { signature: getBase58Decoder().decode(signature), bytes }
}
