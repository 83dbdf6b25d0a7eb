import { restMemo, type AddressBook } from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { type SlotContext } from '../svm/chain-parts'
import { type SigningKey } from '../svm/keys'
import { type LandedTransaction } from '../svm/landed'
import { type Ledger } from '../svm/ledger'
import { compileMessage, type Instruction, signedTransaction } from '../svm/message'
import { decodeTransaction } from '../svm/wire'
import { type Bank } from '../tokens/bank'
import { MEMO_PROGRAM, SYSTEM_PROGRAM, TOKEN_PROGRAM } from '../tokens/programs'
import { readMint } from '../tokens/token-account'
import { type Settlement } from './shape'

/** Pays a settlement's surplus, which lies in the payout account of its mint; null where it could not even be tried. */
export type PayRest = (settlement: Settlement, surplus: bigint, slot: SlotContext) => LandedTransaction | null

export interface RestParts {
  readonly addresses: AddressBook
  readonly ledger: Ledger
  readonly bank: Bank
  readonly router: SigningKey
  readonly payoutAccounts: ReadonlyMap<string, string>
  /** Where a surplus goes that cannot be paid: the market wallet's account of the mint. */
  readonly marketAccounts: ReadonlyMap<string, string>
  onUnpaid(settlement: Settlement, surplus: bigint): void
}

// The router pays for its own transactions: below the first it is given the second (one SOL, a hundred).
const ROUTER_LOW = 1_000_000_000n
const ROUTER_REFILL = 100_000_000_000n

/**
 * The second transaction of a settlement, of the same slot, signed by the router authority alone: for ExactIn what the
 * curves gave above minOut, for ExactOut the input that was not needed. SOL is paid as native SOL to the wallet.
 */
export function createPayRest(parts: RestParts): PayRest {
  const { addresses, ledger, bank, router, payoutAccounts, marketAccounts } = parts
  return (settlement, surplus, slot) => {
    const exactIn = settlement.swapMode === 'ExactIn'
    const mint = exactIn ? settlement.outputMint : settlement.inputMint
    const payout = payoutAccounts.get(mint) ?? ''
    const account = exactIn ? settlement.destination : settlement.source
    const native = mint === WRAPPED_SOL_MINT
    if (ledger.lamports(router.address) < ROUTER_LOW) bank.grantLamports(router.address, ROUTER_REFILL)
    if (native) {
      bank.add(payout, -surplus)
      bank.addLamports(router.address, surplus)
    }
    const transfer = native
      ? payLamports(router.address, settlement, surplus)
      : payTokens(
          router.address,
          settlement,
          { payout, mint, account, decimals: decimalsOf(ledger, mint) },
          surplus,
        )
    const message = compileMessage(addresses, router.address, slot.blockhash, [
      transfer,
      { program: MEMO_PROGRAM, accounts: [], data: Buffer.from(restMemo(settlement.attempt)) },
    ])
    const wire = decodeTransaction(signedTransaction(message, router.sign(message)), addresses)
    const landed = slot.run(wire)
    if (landed === null || landed.err !== null) {
      const market = marketAccounts.get(mint) ?? ''
      if (native) bank.addLamports(router.address, -surplus)
      else bank.add(payout, -surplus)
      bank.add(market, surplus)
      parts.onUnpaid(settlement, surplus)
    }
    return landed
  }
}

function payLamports(router: string, { user, reference }: Settlement, amount: bigint): Instruction {
  const data = Buffer.alloc(12)
  data.writeUInt32LE(2, 0)
  data.writeBigUInt64LE(amount, 4)
  return {
    program: SYSTEM_PROGRAM,
    accounts: [
      { address: router, signer: true, writable: true },
      { address: user, signer: false, writable: true },
      { address: reference, signer: false, writable: false },
    ],
    data,
  }
}

function payTokens(
  router: string,
  { reference }: Settlement,
  from: { payout: string; mint: string; account: string; decimals: number },
  amount: bigint,
): Instruction {
  const data = Buffer.alloc(10)
  data.writeUInt8(12, 0)
  data.writeBigUInt64LE(amount, 1)
  data.writeUInt8(from.decimals, 9)
  return {
    program: TOKEN_PROGRAM,
    accounts: [
      { address: from.payout, signer: false, writable: true },
      { address: from.mint, signer: false, writable: false },
      { address: from.account, signer: false, writable: true },
      { address: router, signer: true, writable: false },
      { address: reference, signer: false, writable: false },
    ],
    data,
  }
}

function decimalsOf(ledger: Ledger, mint: string): number {
  const state = ledger.read(mint)
  return (state === null ? null : readMint(state))?.decimals ?? findToken(mint)?.decimals ?? 0
}
