import { FINALIZED_AFTER } from './commitment'
import { TOKEN_PROGRAM } from '../tokens/programs'
import { readTokenAccount } from '../tokens/token-account'
import { type AccountState, sameAccount } from './account'
import { OwnerIndex } from './owner-index'
import { type ResolvedKeys } from './resolve-keys'
import { type Execution, type Vm } from './vm'
import { type WireTransaction } from './wire'

interface Version {
  /** In this slot the account stopped being `before`. */
  readonly slot: number
  readonly before: AccountState | null
}

export interface TokenBalance {
  readonly accountIndex: number
  readonly mint: string
  readonly owner: string
  readonly amount: bigint
}

/** A run together with what it did to balances. `charged` false: it was not processed, and nothing changed. */
export interface Executed {
  readonly execution: Execution
  readonly charged: boolean
  readonly fee: bigint
  /** Lamports of accounts that the VM was born with and that are followed from now on, because this run may write them. */
  readonly adopted: bigint
  readonly preBalances: readonly bigint[]
  readonly postBalances: readonly bigint[]
  readonly preTokenBalances: readonly TokenBalance[]
  readonly postTokenBalances: readonly TokenBalance[]
}

/**
 * All accounts: a copy of what the VM holds (reads never cross into it), indexed by owner, with the states of the last
 * `keptSlots` slots and the list of what changed in each. The VM's own programs and sysvars are read through.
 */
export class Ledger {
  private readonly accounts = new Map<string, AccountState>()
  private readonly byProgram = new OwnerIndex()
  private readonly byTokenOwner = new OwnerIndex()
  private readonly versions = new Map<string, Version[]>()
  private readonly changes = new Map<number, Set<string>>()
  /** What the VM's own accounts were before a transaction first could write them. */
  private readonly born = new Map<string, AccountState>()

  /** `keptSlots`: slots whose earlier states are kept, so that a reader at `finalized` sees the state of that slot. */
  constructor(
    private readonly vm: Vm,
    private slot: number,
    private readonly keptSlots = FINALIZED_AFTER,
  ) {}

  /** Everything that changes from here on belongs to `slot`. */
  beginSlot(slot: number): void {
    this.slot = slot
    const horizon = slot - this.keptSlots
    for (const [past, addresses] of this.changes) {
      if (past >= horizon) break
      this.changes.delete(past)
      for (const address of addresses) this.forget(address, horizon)
    }
  }

  read(address: string): AccountState | null {
    return this.accounts.get(address) ?? this.vm.read(address)
  }

  /** The account where transactions or {@link write} have made it; null for the VM's own. */
  tracked(address: string): AccountState | null {
    return this.accounts.get(address) ?? null
  }

  /** The account as it was at the end of `slot` (one of the kept ones). */
  readAt(address: string, slot: number): AccountState | null {
    const later = this.versions.get(address)?.find((version) => version.slot > slot)
    return later === undefined ? this.read(address) : later.before
  }

  /** Lamports of an account, 0 where there is none. */
  lamports(address: string): bigint {
    return this.accounts.get(address)?.lamports ?? this.vm.lamports(address)
  }

  /** Addresses of the accounts a program owns, or has owned within the kept slots. */
  ownedBy(program: string): string[] {
    return this.byProgram.of(program)
  }

  /** Addresses of the token accounts a wallet owns, or has owned within the kept slots. */
  tokenAccountsOf(wallet: string): string[] {
    return this.byTokenOwner.of(wallet)
  }

  /** What changed in `slot` (one of the kept ones). */
  changedIn(slot: number): ReadonlySet<string> {
    return this.changes.get(slot) ?? NOTHING
  }

  /** Every account that transactions or {@link write} have made, in no order. */
  all(): IterableIterator<[string, AccountState]> {
    return this.accounts.entries()
  }

  /** Writes an account past all rules (null removes it). */
  write(address: string, state: AccountState | null): void {
    if (sameAccount(this.accounts.get(address) ?? null, state)) return
    this.vm.write(address, state)
    this.record(address, state)
  }

  /** Puts back an account of an earlier run: no change of any slot. */
  restore(address: string, state: AccountState | null): void {
    this.vm.write(address, state)
    this.put(address, state)
  }

  /**
   * Makes every account what it was at the end of `slot` (one of the kept ones). To readers nothing has ever happened in
   * the slots since, and what is put back changes in the slot that runs now.
   */
  rollBack(slot: number): void {
    const undone = [...this.changes].filter(([past]) => past > slot && past < this.slot)
    const addresses = new Set(undone.flatMap(([, changed]) => [...changed]))
    const states = [...addresses].map((address) => [address, this.readAt(address, slot)] as const)
    for (const [past] of undone) this.changes.delete(past)
    for (const [address, state] of states) {
      const versions = (this.versions.get(address) ?? []).filter((version) => version.slot <= slot)
      this.vm.write(address, state ?? this.born.get(address) ?? null)
      this.put(address, state)
      this.versions.set(address, [...versions, { slot: this.slot, before: state }])
    }
    this.changes.set(this.slot, addresses)
  }

  /** Charges a transaction's fee, `lamports`, and does nothing else of it: it failed. */
  charge(wire: WireTransaction, resolved: ResolvedKeys, lamports: bigint, execution: Execution): Executed {
    return this.observe(resolved, () => {
      const payer = wire.keys[0] ?? ''
      const state = this.read(payer)
      if (state !== null && state.lamports >= lamports)
        this.vm.write(payer, { ...state, lamports: state.lamports - lamports })
      return execution
    })
  }

  /** Runs a transaction whose blockhash has been checked. */
  execute(wire: WireTransaction, resolved: ResolvedKeys): Executed {
    return this.observe(resolved, () => this.vm.execute(wire.bytes, wire.version === 0))
  }

  private observe({ keys, writable }: ResolvedKeys, run: () => Execution): Executed {
    const preBalances = keys.map((key) => this.lamports(key))
    const preTokenBalances = this.tokenBalances(keys)
    const adopted = this.adopt(keys.filter((key, index) => writable[index] === true))
    const execution = run()
    keys.forEach((key, index) => {
      if (writable[index] === true) this.refresh(key)
    })
    const postBalances = keys.map((key) => this.lamports(key))
    const fee = sum(preBalances) - sum(postBalances)
    return {
      execution,
      charged: fee > 0n,
      fee,
      adopted,
      preBalances,
      postBalances,
      preTokenBalances,
      postTokenBalances: this.tokenBalances(keys),
    }
  }

  private adopt(addresses: readonly string[]): bigint {
    const born = addresses.filter((address) => !this.accounts.has(address) && this.vm.lamports(address) > 0n)
    for (const address of born) {
      const state = this.vm.read(address)
      if (state !== null) this.born.set(address, state)
      this.refresh(address)
    }
    return sum(born.map((address) => this.lamports(address)))
  }

  private refresh(address: string): void {
    const state = this.vm.read(address)
    if (!sameAccount(this.accounts.get(address) ?? null, state)) this.record(address, state)
  }

  private record(address: string, state: AccountState | null): void {
    const changed = this.changes.get(this.slot) ?? new Set()
    if (!changed.has(address)) {
      const versions = this.versions.get(address) ?? []
      versions.push({ slot: this.slot, before: this.accounts.get(address) ?? null })
      this.versions.set(address, versions)
      changed.add(address)
      this.changes.set(this.slot, changed)
    }
    this.put(address, state)
  }

  private put(address: string, state: AccountState | null): void {
    const before = this.accounts.get(address)
    this.byProgram.move(address, before?.owner, state?.owner)
    this.byTokenOwner.move(address, tokenOwner(before ?? null), tokenOwner(state))
    if (state === null) this.accounts.delete(address)
    else this.accounts.set(address, state)
  }

  private tokenBalances(keys: readonly string[]): TokenBalance[] {
    return keys.flatMap((key, accountIndex) => {
      const state = this.accounts.get(key)
      const token = state === undefined ? null : readTokenAccount(state)
      return token === null
        ? []
        : [{ accountIndex, mint: token.mint, owner: token.owner, amount: token.amount }]
    })
  }

  private forget(address: string, horizon: number): void {
    const kept = (this.versions.get(address) ?? []).filter((version) => version.slot >= horizon)
    if (kept.length > 0) {
      this.versions.set(address, kept)
      return
    }
    this.versions.delete(address)
    this.byProgram.forgetFormer(address)
    this.byTokenOwner.forgetFormer(address)
  }
}

const NOTHING: ReadonlySet<string> = new Set()

function tokenOwner(state: AccountState | null): string | undefined {
  if (state === null || state.owner !== TOKEN_PROGRAM) return undefined
  return readTokenAccount(state)?.owner
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}
