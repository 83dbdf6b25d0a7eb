import { type AddressBook } from '@fillstream/core'
import {
  Account,
  FailedTransactionMetadata,
  LiteSvm,
  type SimulatedTransactionInfo,
  type TransactionMetadata,
} from 'litesvm/dist/internal'
import { type AccountState } from './account'
import { toTransactionError, type TransactionError } from './transaction-error'

/**
 * How many transactions LiteSVM remembers for its own duplicate check: more than fit into the life of a blockhash (its
 * default forgets after some 30, and then runs the same bytes again). Beyond that window the blockhash is refused.
 */
export const VM_HISTORY = 65_536n

export interface InnerInstruction {
  readonly programIdIndex: number
  readonly accounts: readonly number[]
  readonly data: Uint8Array
  readonly stackHeight: number
}

/** What the VM says about a run (or a simulation). `inner[i]` are the calls made by instruction `i`. */
export interface Execution {
  readonly err: TransactionError | null
  readonly logs: readonly string[]
  readonly computeUnits: bigint
  readonly inner: readonly (readonly InnerInstruction[])[]
}

export interface Simulation extends Execution {
  /** Accounts as the run would leave them, by address; empty where it failed. */
  readonly accounts: ReadonlyMap<string, AccountState>
}

/**
 * LiteSVM with what a chain needs of it. Signatures are always verified. LiteSVM accepts only its newest blockhash, so
 * its own check is off and the 150-block window is kept by the chain (`Blockhashes`), which must ask before every run.
 * It is reached through its byte-level binding: the public wrapper translates every address anew, twenty times slower.
 */
export class Vm {
  private readonly svm: LiteSvm

  constructor(private readonly addresses: AddressBook) {
    this.svm = new LiteSvm()
    this.svm.setSigverify(true)
    this.svm.setBlockhashCheck(false)
    this.svm.setTransactionHistory(VM_HISTORY)
    this.svm.withNativeMints()
  }

  read(address: string): AccountState | null {
    const account = this.svm.getAccount(this.addresses.bytesOf(address))
    return account === null ? null : this.stateOf(account)
  }

  /** Lamports of an account, 0 where there is none: without copying its data, which for a program is large. */
  lamports(address: string): bigint {
    return this.svm.getBalance(this.addresses.bytesOf(address)) ?? 0n
  }

  /** Writes an account past all rules; null removes it. */
  write(address: string, state: AccountState | null): void {
    const { lamports, data, owner, executable } = state ?? NO_ACCOUNT
    const account = new Account(lamports, data, this.addresses.bytesOf(owner), executable, 0n)
    this.svm.setAccount(this.addresses.bytesOf(address), account)
  }

  /** Forgets which transactions ran: after a rollback the same ones may run again. */
  forgetTransactions(): void {
    this.svm.setTransactionHistory(0n)
    this.svm.setTransactionHistory(VM_HISTORY)
  }

  setClock(slot: number, unixSeconds: number): void {
    const clock = this.svm.getClock()
    clock.slot = BigInt(slot)
    clock.unixTimestamp = BigInt(unixSeconds)
    this.svm.setClock(clock)
  }

  rentExemption(bytes: number): bigint {
    return this.svm.minimumBalanceForRentExemption(BigInt(bytes))
  }

  /** Runs a signed transaction (wire bytes). Without a fee paid nothing was changed: see `Ledger.execute`. */
  execute(bytes: Uint8Array, versioned: boolean): Execution {
    let result: TransactionMetadata | FailedTransactionMetadata
    try {
      result = versioned ? this.svm.sendVersionedTransaction(bytes) : this.svm.sendLegacyTransaction(bytes)
    } catch {
      // Bytes that LiteSVM cannot even read: it has done nothing.
      return { err: 'SanitizeFailure', logs: [], computeUnits: 0n, inner: [] }
    }
    return result instanceof FailedTransactionMetadata
      ? executionOf(result.meta(), toTransactionError(result.err()))
      : executionOf(result, null)
  }

  /** Runs without effect. With `verify` false signatures may be missing or wrong. */
  simulate(bytes: Uint8Array, versioned: boolean, verify: boolean): Simulation {
    this.svm.setSigverify(verify)
    try {
      const result = versioned
        ? this.svm.simulateVersionedTransaction(bytes)
        : this.svm.simulateLegacyTransaction(bytes)
      if (result instanceof FailedTransactionMetadata) {
        return { ...executionOf(result.meta(), toTransactionError(result.err())), accounts: new Map() }
      }
      return { ...executionOf(result.meta(), null), accounts: this.accountsOf(result) }
    } finally {
      this.svm.setSigverify(true)
    }
  }

  private accountsOf(result: SimulatedTransactionInfo): Map<string, AccountState> {
    return new Map(
      result
        .postAccounts()
        .map((post) => [this.addresses.nameOf(post.address), this.stateOf(post.account())]),
    )
  }

  private stateOf(account: Account): AccountState {
    return {
      lamports: account.lamports(),
      data: account.data(),
      owner: this.addresses.nameOf(account.owner()),
      executable: account.executable(),
    }
  }
}

const NO_ACCOUNT: AccountState = {
  lamports: 0n,
  data: new Uint8Array(0),
  owner: '11111111111111111111111111111111',
  executable: false,
}

function executionOf(meta: TransactionMetadata, err: TransactionError | null): Execution {
  return {
    err,
    logs: meta.logs(),
    computeUnits: meta.computeUnitsConsumed(),
    inner: meta.innerInstructions().map((calls) =>
      calls.map((call) => {
        const instruction = call.instruction()
        return {
          programIdIndex: instruction.programIdIndex(),
          accounts: [...instruction.accounts()],
          data: instruction.data(),
          stackHeight: call.stackHeight(),
        }
      }),
    ),
  }
}
