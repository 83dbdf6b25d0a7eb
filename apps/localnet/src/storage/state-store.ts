import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type AccountState } from '../svm/account'
import { AppendFile } from './append-file'
import { type FactValue } from './facts'
import { parseJson, stringifyJson } from './json'
import { checkedLine, readLines } from './lines'

/** What one slot changed: written as one checked line, so that a restart sees all of it or nothing. */
export interface SlotRecord {
  readonly slot: number
  /** New states of accounts; null: the account is gone. */
  readonly accounts: readonly (readonly [string, AccountState | null])[]
  readonly facts: readonly (readonly [string, FactValue | null])[]
  /** What landed, as lines of the transaction log: until the next snapshot they are safe here. */
  readonly transactions: readonly string[]
  /** A rollback came first: the newest `count` transactions are gone, `logged` bytes of the transaction log are left. */
  readonly undone?: { readonly count: number; readonly logged: number }
}

/** The state as restored. */
export interface StoredState {
  readonly slot: number
  readonly accounts: Map<string, AccountState>
  readonly facts: Map<string, FactValue>
  /** Bytes of the transaction log that were safe when the snapshot was made, and the lines since then. */
  readonly logged: number
  readonly transactions: string[]
}

/** A journal at least this long, and twice as long as its snapshot, is replaced by a new snapshot. */
const ROTATE_BYTES = 16 << 20
const SNAPSHOT_ACCOUNTS_PER_LINE = 500

/** The chain's state on disk: a snapshot and a journal of what the slots since then changed. */
export class StateStore {
  private generation: number
  private journal: AppendFile
  private snapshotBytes = 0
  /** What was found on disk; null in a new directory. */
  readonly restored: StoredState | null

  constructor(private readonly directory: string) {
    const generations = readdirSync(directory).flatMap((name) => {
      const [, generation] = /^state-(\d+)\.snapshot$/.exec(name) ?? []
      return generation === undefined ? [] : [Number(generation)]
    })
    this.generation = Math.max(0, ...generations)
    const state: Restoring = { slot: -1, accounts: new Map(), facts: new Map(), logged: 0, transactions: [] }
    if (this.generation > 0) {
      const snapshot = new AppendFile(this.path(this.generation, 'snapshot'))
      const good = readLines(snapshot, (text) => apply(state, text))
      this.snapshotBytes = snapshot.size
      snapshot.close()
      if (good !== this.snapshotBytes) throw new Error(`the snapshot is damaged at byte ${good}`)
    }
    this.journal = new AppendFile(this.path(this.generation, 'journal'))
    this.journal.truncate(readLines(this.journal, (text) => apply(state, text)))
    this.restored = state.slot < 0 ? null : state
    this.dropOthers()
  }

  /** Makes a slot's changes survive the process at once, and the machine some milliseconds later. */
  append(record: SlotRecord): void {
    this.journal.append(checkedLine(encode(record)))
    this.journal.syncSoon()
  }

  /** Waits until all that was appended survives the machine. */
  sync(): void {
    this.journal.sync()
  }

  get wantsSnapshot(): boolean {
    return this.journal.size > Math.max(ROTATE_BYTES, 2 * this.snapshotBytes)
  }

  /** Writes the whole state anew and begins an empty journal. `logged` bytes of the transaction log must be synced. */
  snapshot(state: {
    readonly slot: number
    readonly accounts: Iterable<readonly [string, AccountState]>
    readonly facts: readonly (readonly [string, FactValue])[]
    readonly logged: number
  }): void {
    const next = this.generation + 1
    const draft = `${this.path(next, 'snapshot')}.draft`
    rmSync(draft, { force: true })
    const file = new AppendFile(draft)
    const { accounts, facts, slot, logged } = state
    let batch: (readonly [string, AccountState])[] = []
    const flush = () => {
      file.append(checkedLine(encode({ slot, accounts: batch, facts: [], transactions: [] })))
      batch = []
    }
    for (const account of accounts) if (batch.push(account) >= SNAPSHOT_ACCOUNTS_PER_LINE) flush()
    flush()
    file.append(checkedLine(encode({ slot, accounts: [], facts, transactions: [], logged })))
    file.sync()
    this.snapshotBytes = file.size
    file.close()
    renameSync(draft, this.path(next, 'snapshot'))
    syncDirectory(this.directory)
    this.journal.close()
    this.generation = next
    this.journal = new AppendFile(this.path(next, 'journal'))
    this.dropOthers()
  }

  close(): void {
    this.journal.sync()
    this.journal.close()
  }

  private path(generation: number, kind: 'snapshot' | 'journal'): string {
    return join(this.directory, `state-${generation}.${kind}`)
  }

  private dropOthers(): void {
    for (const name of readdirSync(this.directory)) {
      if (/^state-\d+\./.test(name) && !name.startsWith(`state-${this.generation}.`))
        rmSync(join(this.directory, name), { force: true })
    }
  }
}

interface Restoring extends StoredState {
  slot: number
  logged: number
}

interface EncodedAccount {
  readonly lamports: bigint
  readonly data: string
  readonly owner: string
  readonly executable: boolean
}

function encode({ accounts, ...record }: SlotRecord & { readonly logged?: number }): string {
  return stringifyJson({
    ...record,
    accounts: accounts.map(([address, state]) => [
      address,
      state === null ? null : { ...state, data: Buffer.from(state.data).toString('base64') },
    ]),
  })
}

function apply(state: Restoring, text: string): void {
  const record = parseJson(text) as Omit<SlotRecord, 'accounts'> & {
    accounts: [string, EncodedAccount | null][]
    logged?: number
  }
  state.slot = record.slot
  state.logged = record.logged ?? state.logged
  if (record.undone !== undefined) discard(state, record.undone)
  state.transactions.push(...record.transactions)
  for (const [address, account] of record.accounts) {
    if (account === null) state.accounts.delete(address)
    else state.accounts.set(address, { ...account, data: Buffer.from(account.data, 'base64') })
  }
  for (const [name, value] of record.facts) {
    if (value === null) state.facts.delete(name)
    else state.facts.set(name, value)
  }
}

/** Transactions since the snapshot are lines of the journal; older ones are the end of the transaction log. */
function discard(state: Restoring, { count, logged }: NonNullable<SlotRecord['undone']>): void {
  if (count > state.transactions.length) state.logged = logged
  state.transactions.splice(Math.max(0, state.transactions.length - count))
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
