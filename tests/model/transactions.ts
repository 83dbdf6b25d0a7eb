import { findToken } from '@fillstream/types'
import {
  type LandedTransaction,
  type TransactionError,
} from '../../apps/order-worker/src/adapters/chain/chain'
import { type Settlement } from '../../apps/localnet/src/settlement/shape'
import { TOKEN_PROGRAM } from '../../apps/localnet/src/tokens/programs'

export const CO_SIGNER = findToken('USDT')?.mint ?? ''
/** Ends the name of the transaction that pays what is due beyond the signed bound. */
export const REST = ':rest'
export const FEE_LAMPORTS = 10_000n

const TRANSFER_CHECKED = 12
const AUTHORITY = 3

/** How a transaction lands: well, or failing where the payout, the wallet's own transfer or something else fails. */
export type Landing = 'success' | 'slippage' | 'insufficientFunds' | 'defect'

/** A transaction that reached the venue. */
export interface SentTransaction {
  readonly signature: string
  readonly settlement: Settlement
  readonly lastValidBlockHeight: number
  /** Whether the venue still tries to land it. */
  pending: boolean
  landed: { readonly slot: number; readonly error: TransactionError | null; readonly surplus: bigint } | null
  /** Whether it had landed before and a fork undid it. */
  rolledBack: boolean
}

/** What moved, base units: read from the signed bytes and from how they landed. */
export function movedBy({ settlement, landed }: SentTransaction): { input: bigint; output: bigint } {
  if (!landed || landed.error !== null) return { input: 0n, output: 0n }
  return {
    input: settlement.legs.reduce((sum, leg) => sum + leg.amount, 0n),
    output: settlement.payout.amount + landed.surplus,
  }
}

/** The error of a landing, at the instruction that causes it. */
export function errorOf({ settlement }: SentTransaction, landing: Landing): TransactionError | null {
  if (landing === 'success') return null
  if (landing === 'defect') return { instruction: null, customCode: null, text: '"AccountInUse"' }
  const signer = landing === 'slippage' ? CO_SIGNER : settlement.user
  const { keys, instructions } = settlement.wire
  const instruction = instructions.findIndex(
    ({ programIndex, accounts, data }) =>
      keys[programIndex] === TOKEN_PROGRAM &&
      data[0] === TRANSFER_CHECKED &&
      keys[accounts[AUTHORITY] ?? -1] === signer,
  )
  return { instruction, customCode: 1, text: `{"InstructionError":[${instruction},{"Custom":1}]}` }
}

/** The chain's record of the signed transaction. SOL goes in, a token that the wallet has an account for comes out. */
export function recordOf(tx: SentTransaction): LandedTransaction {
  const { settlement, landed } = tx
  const { input } = movedBy(tx)
  const paid = landed?.error === null ? settlement.payout.amount : 0n
  return {
    signature: tx.signature,
    slot: landed?.slot ?? 0,
    error: landed?.error ?? null,
    feeLamports: FEE_LAMPORTS,
    signatures: 2,
    accountKeys: [settlement.user, CO_SIGNER, settlement.destination],
    preBalances: [10n ** 12n, 10n ** 9n, 2_039_280n],
    postBalances: [10n ** 12n - input - FEE_LAMPORTS, 10n ** 9n, 2_039_280n],
    ...payout(settlement, 2, 0n, paid),
  }
}

/** The co-signer's own transaction that pays the surplus. */
export function restOf(tx: SentTransaction): LandedTransaction {
  const { settlement, landed } = tx
  const { amount } = settlement.payout
  return {
    signature: `${tx.signature}${REST}`,
    slot: landed?.slot ?? 0,
    error: null,
    feeLamports: FEE_LAMPORTS,
    signatures: 1,
    accountKeys: [CO_SIGNER, settlement.destination],
    preBalances: [10n ** 9n, 2_039_280n],
    postBalances: [10n ** 9n - FEE_LAMPORTS, 2_039_280n],
    ...payout(settlement, 1, amount, amount + (landed?.surplus ?? 0n)),
  }
}

function payout({ user, outputMint }: Settlement, accountIndex: number, before: bigint, after: bigint) {
  const balance = { accountIndex, owner: user, mint: outputMint }
  return {
    preTokenBalances: [{ ...balance, amount: before }],
    postTokenBalances: [{ ...balance, amount: after }],
  }
}
