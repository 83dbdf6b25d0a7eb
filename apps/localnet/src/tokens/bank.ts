import { type Token, WRAPPED_SOL_MINT } from '@fillstream/types'
import { type Facts } from '../storage/facts'
import { type Ledger } from '../svm/ledger'
import { grantedFact } from '../svm/run-transaction'
import { type Vm } from '../svm/vm'
import { SYSTEM_PROGRAM } from './programs'
import {
  emptyTokenAccount,
  MINT_SIZE,
  mintAccount,
  readMint,
  readTokenAccount,
  RENOUNCED,
  TOKEN_ACCOUNT_SIZE,
  withAmount,
} from './token-account'

const U64_MAX = (1n << 64n) - 1n

/** A grant that cannot be given: it would not fit into a u64. */
export class GrantRefused extends Error {}

/**
 * Makes tokens and lamports, the only part that does, and keeps account of it: what was granted of a mint is at any time
 * what all its accounts hold (for SOL: all lamports and the fees burnt). Moves between accounts need no account.
 */
export class Bank {
  readonly tokenRent: bigint
  private readonly mintRent: bigint

  constructor(
    private readonly ledger: Ledger,
    private readonly facts: Facts,
    vm: Vm,
  ) {
    this.tokenRent = vm.rentExemption(TOKEN_ACCOUNT_SIZE)
    this.mintRent = vm.rentExemption(MINT_SIZE)
  }

  /** Makes the mint of a token, unless it is there (wrapped SOL is the VM's own). */
  createMint({ mint, decimals }: Pick<Token, 'mint' | 'decimals'>, authorities = RENOUNCED): void {
    if (mint === WRAPPED_SOL_MINT || this.ledger.read(mint) !== null) return
    this.countLamports(this.mintRent)
    this.ledger.write(mint, mintAccount(decimals, 0n, this.mintRent, authorities))
  }

  /** Lamports for a wallet, which is made where there is none. */
  grantLamports(wallet: string, amount: bigint): void {
    const before = this.ledger.read(wallet)
    const lamports = (before?.lamports ?? 0n) + amount
    if (lamports > U64_MAX) throw new GrantRefused('the wallet would hold more lamports than fit')
    this.countLamports(amount)
    const empty = { lamports: 0n, data: new Uint8Array(0), owner: SYSTEM_PROGRAM, executable: false }
    this.ledger.write(wallet, { ...(before ?? empty), lamports })
  }

  /** Makes a token account at `account`, unless it is there. */
  openAccount(account: string, owner: string, mint: string): void {
    if (this.ledger.read(account) !== null) return
    this.countLamports(this.tokenRent)
    this.ledger.write(account, emptyTokenAccount(mint, owner, this.tokenRent))
  }

  /** New tokens in an existing token account; for wrapped SOL the lamports behind them. */
  grantTokens(account: string, amount: bigint): void {
    const { mint } = this.tokenAccount(account)
    if (mint === WRAPPED_SOL_MINT) {
      this.countLamports(amount)
    } else {
      const state = this.ledger.read(mint)
      const read = state === null ? null : readMint(state)
      if (state === null || read === null) throw new GrantRefused(`no such mint: ${mint}`)
      if (read.supply + amount > U64_MAX) throw new GrantRefused('the supply of the mint would not fit')
      this.ledger.write(mint, mintAccount(read.decimals, read.supply + amount, state.lamports, read))
      this.facts.add(grantedFact(mint), amount)
    }
    this.add(account, amount)
  }

  /** Takes tokens out of one account and puts them into another; throws a RangeError where there are too few. */
  move(from: string, to: string, amount: bigint): void {
    this.add(from, -amount)
    this.add(to, amount)
  }

  /** Adds to (or takes from) a token account: the caller moves the same amount elsewhere. */
  add(account: string, amount: bigint): void {
    if (amount === 0n) return
    this.setBalance(account, this.balance(account) + amount)
  }

  setBalance(account: string, amount: bigint): void {
    const state = this.ledger.read(account)
    if (state === null) throw new RangeError(`no token account ${account}`)
    this.ledger.write(account, withAmount(state, amount))
  }

  /** Adds to (or takes from) an ordinary account's lamports: the caller moves the same amount elsewhere. */
  addLamports(wallet: string, amount: bigint): void {
    const state = this.ledger.read(wallet)
    if (state === null || state.lamports + amount < 0n) throw new RangeError(`too few lamports in ${wallet}`)
    this.ledger.write(wallet, { ...state, lamports: state.lamports + amount })
  }

  /** Tokens in an account, 0 where there is none. */
  balance(account: string): bigint {
    const state = this.ledger.tracked(account)
    return (state === null ? null : readTokenAccount(state))?.amount ?? 0n
  }

  private tokenAccount(account: string) {
    const state = this.ledger.read(account)
    const token = state === null ? null : readTokenAccount(state)
    if (token === null) throw new RangeError(`no token account ${account}`)
    return token
  }

  private countLamports(amount: bigint): void {
    this.facts.add(grantedFact(WRAPPED_SOL_MINT), amount)
  }
}
