import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { type Facts } from '../storage/facts'
import { type Ledger } from '../svm/ledger'
import { FEES_FACT, grantedFact, grantedMints } from '../svm/run-transaction'
import { readTokenAccount } from './token-account'

/** One mint's books, base units (lamports for SOL). `held + burnt` equals `granted`, to the last unit. */
export interface MintAudit {
  readonly mint: string
  readonly granted: bigint
  readonly held: bigint
  readonly burnt: bigint
}

/** Adds up every account of the chain. */
export function auditBooks(ledger: Ledger, facts: Facts): MintAudit[] {
  const held = new Map<string, bigint>()
  const add = (mint: string, amount: bigint) => held.set(mint, (held.get(mint) ?? 0n) + amount)
  for (const [, account] of ledger.all()) {
    add(WRAPPED_SOL_MINT, account.lamports)
    const token = readTokenAccount(account)
    // Wrapped SOL is counted by the lamports behind it.
    if (token !== null && token.mint !== WRAPPED_SOL_MINT) add(token.mint, token.amount)
  }
  return grantedMints(facts).map((mint) => ({
    mint,
    granted: facts.count(grantedFact(mint)),
    held: held.get(mint) ?? 0n,
    burnt: mint === WRAPPED_SOL_MINT ? facts.count(FEES_FACT) : 0n,
  }))
}
