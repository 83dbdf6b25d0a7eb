import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { type Facts } from '../storage/facts'
import { type Ledger } from '../svm/ledger'
import { type AssociatedAccounts } from './associated'
import { type Bank } from './bank'

/** An amount of a mint (lamports for wrapped SOL) for a wallet; `account` is the wallet's token account. */
export interface Grant {
  readonly mint: string
  readonly amount: bigint
  readonly account: string
}

/** Gives tokens to wallets, and again to those that asked for it as soon as a landing transaction would be short. */
export class Faucet {
  constructor(
    private readonly bank: Bank,
    private readonly ledger: Ledger,
    private readonly facts: Facts,
  ) {}

  /** Gives; with `autoTopUp` the same grants are remembered for later. */
  give(wallet: string, grants: readonly Grant[], autoTopUp: boolean): void {
    for (const grant of grants) this.pay(wallet, grant)
    if (autoTopUp) {
      for (const { mint, amount } of grants) this.facts.set(refillFact(wallet, mint), amount)
    }
  }

  /**
   * Makes sure that an autoTopUp wallet holds `needed` of a mint, where one of its grants covers what is missing.
   * Returns what it holds then.
   */
  refill(wallet: string, mint: string, account: string, needed: bigint): bigint {
    const held = this.held(wallet, mint, account)
    if (held >= needed || !this.covers(wallet, mint, account, needed)) return held
    const amount = this.facts.count(refillFact(wallet, mint))
    this.pay(wallet, { mint, amount, account })
    return held + amount
  }

  /** True where one more grant would bring an autoTopUp wallet to `needed`. */
  covers(wallet: string, mint: string, account: string, needed: bigint): boolean {
    return this.held(wallet, mint, account) + this.facts.count(refillFact(wallet, mint)) >= needed
  }

  /** What a wallet has of a mint: lamports for wrapped SOL. */
  held(wallet: string, mint: string, account: string): bigint {
    return mint === WRAPPED_SOL_MINT ? this.ledger.lamports(wallet) : this.bank.balance(account)
  }

  private pay(wallet: string, { mint, amount, account }: Grant): void {
    if (mint === WRAPPED_SOL_MINT) {
      this.bank.grantLamports(wallet, amount)
    } else {
      this.bank.openAccount(account, wallet, mint)
      this.bank.grantTokens(account, amount)
    }
  }
}

function refillFact(wallet: string, mint: string): string {
  return `refill:${wallet}:${mint}`
}

/** Grants from pairs of mint (or symbol of a verified token) and amount. */
export function grantsFor(
  wallet: string,
  amounts: readonly (readonly [string, bigint])[],
  associated: AssociatedAccounts,
): Promise<Grant[]> {
  return Promise.all(
    amounts.map(async ([name, amount]) => {
      const mint = findToken(name)?.mint ?? name
      return { mint, amount, account: await associated.addressOf(wallet, mint) }
    }),
  )
}
