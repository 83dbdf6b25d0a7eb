import { type Facts } from '../storage/facts'
import { encodeLanded } from '../storage/history'
import { BLOCKHASH_WINDOW, type SlotRange } from './blockhashes'
import { type ChainOptions, type ChainParts, type SlotContext, type SlotNews } from './chain-parts'
import { type Commitment, CONFIRMED_AFTER, slotAt } from './commitment'
import { type LandedTransaction } from './landed'
import { type PendingTransaction, PendingTransactions } from './pending'
import { rollBack, type RolledBack } from './rollback'
import { runTransaction } from './run-transaction'
import { UnfinalizedSlots } from './unfinalized'

/** The chain is given more than it can hold. */
export class ChainOverloaded extends Error {}

interface RollbackRequest {
  readonly slots: number
  readonly drop: boolean
  resolve(rolledBack: RolledBack): void
  reject(error: Error): void
}

/** Transactions under way at most: some minutes of what a machine can sign. */
const MAX_PENDING = 20_000
const MAX_JOBS = 5_000
/** Slots reserved on disk at a time: after a death the next slot is beyond every slot anyone has seen. */
const SLOT_LEASE = 16
const LEASE_FACT = 'slotLease'

/**
 * The chain: slots, transactions under way, and what has landed. Everything happens inside {@link tick}, which runs to
 * its end before anyone reads: the changes of a slot are written to disk as one record and are visible only then.
 */
export class Chain {
  private current: number
  private tickedAt: number
  private readonly pending = new PendingTransactions()
  private readonly unfinalized = new UnfinalizedSlots()
  private readonly jobs: (() => void)[] = []
  private readonly jobsDone: ((slot: number) => unknown)[] = []
  private rollback: RollbackRequest | null = null
  private readonly listeners = new Set<(news: SlotNews) => void>()

  constructor(
    readonly parts: ChainParts,
    private readonly options: ChainOptions,
  ) {
    this.current = options.slot
    this.tickedAt = options.now()
  }

  /** The first slot that may follow a restart: beyond every slot that was leased. */
  static resumeSlot(storedSlot: number, facts: Facts): number {
    return Math.max(storedSlot, Number(facts.count(LEASE_FACT)))
  }

  slot(commitment: Commitment): number {
    return slotAt(commitment, this.current)
  }

  get pendingCount(): number {
    return this.pending.size
  }

  /** Milliseconds since the last slot. */
  get idleMs(): number {
    return this.options.now() - this.tickedAt
  }

  /** The time of a slot that came now, Unix seconds. */
  get nextBlockTime(): number {
    return Math.floor(this.options.now() / 1_000)
  }

  latestBlockhash(commitment: Commitment): { blockhash: string; lastValidBlockHeight: number } {
    return this.blockhashOf(this.slot(commitment))
  }

  /** The blockhash of one of the last {@link BLOCKHASH_WINDOW} slots, and how long it is good. */
  blockhashOf(slot: number): { blockhash: string; lastValidBlockHeight: number } {
    return { blockhash: this.parts.blockhashes.hashOf(slot), lastValidBlockHeight: slot + BLOCKHASH_WINDOW }
  }

  /** The last slot in which this blockhash is valid; null where it is unknown or too old, seen at `commitment`. */
  lastValidSlot(blockhash: string, commitment: Commitment): number | null {
    const seen = this.slot(commitment)
    const slot = this.parts.blockhashes.slotOf(blockhash)
    return slot === undefined || slot > seen || slot + BLOCKHASH_WINDOW < seen
      ? null
      : slot + BLOCKHASH_WINDOW
  }

  /** True where this signature has landed or is on its way. */
  knows(signature: string): boolean {
    return this.pending.has(signature) || this.parts.history.has(signature)
  }

  /** Sends a transaction on its way; one that is known already is not sent again. Throws {@link ChainOverloaded}. */
  submit(transaction: PendingTransaction): void {
    if (this.knows(transaction.wire.signature)) return
    if (this.pending.size >= MAX_PENDING) throw new ChainOverloaded('too many transactions are under way')
    const fate = this.options.fate()
    if (fate === 'drop') this.options.events.dropped(transaction.wire.signature, 'lost')
    else if (fate === 'late' && transaction.lastValidSlot > this.current) this.pending.addLast(transaction)
    else this.send(fate === 'fail' ? { ...transaction, fails: true } : transaction)
  }

  /**
   * Undoes the last `slots` confirmed slots, and those that are only processed, at the beginning of the next slot, which
   * follows the slot before them. Their transactions are on their way again, or with `drop` forgotten. Resolves when that
   * is on disk. Rejects with a RangeError where a slot is finalized or before the start of this process.
   */
  rollBack(slots: number, drop: boolean): Promise<RolledBack> {
    return new Promise((resolve, reject) => {
      if (this.rollback !== null) throw new ChainOverloaded('another rollback waits for the next slot')
      this.rollback = { slots, drop, resolve, reject }
    })
  }

  /**
   * Does `job` at the beginning of the next slot and resolves with its result and slot when that slot is on disk.
   * Rejects with what the job throws (it must not have changed anything then), or {@link ChainOverloaded}.
   */
  atNextSlot<T>(job: (slot: number) => T): Promise<{ result: T; slot: number }> {
    return new Promise((resolve, reject) => {
      if (this.jobs.length >= MAX_JOBS) throw new ChainOverloaded('too much waits for the next slot')
      this.jobs.push(() => {
        const slot = this.current + 1
        try {
          const result = job(slot)
          this.jobsDone.push(job)
          this.whenSlot(slot, () => resolve({ result, slot }))
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
  }

  /** Resolves when what happened in `slot` can be read at `confirmed`. */
  confirmed(slot: number): Promise<void> {
    return new Promise((resolve) => this.whenSlot(slot + CONFIRMED_AFTER, resolve))
  }

  /** Calls back after every slot; the returned function ends that. */
  onSlot(listener: (news: SlotNews) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** One slot. What it throws is fatal: the VM may be ahead of the disk, and only a restart brings them together. */
  tick(): void {
    const { ledger, blockhashes, vm } = this.parts
    const now = this.options.now()
    const slot = this.current + 1
    const blockTime = Math.floor(now / 1_000)
    ledger.beginSlot(slot)
    blockhashes.advance(slot)
    vm.setClock(slot, blockTime)

    const undone = this.undo(slot)
    for (const job of this.jobs.splice(0)) job()
    this.options.onMarket(slot)
    const ran: PendingTransaction[] = []
    const landed = this.landDue(now, slot, blockTime, ran)
    this.commit(slot, landed, ran, undone)

    this.current = slot
    this.tickedAt = now
    const news = { slot, landed, undone }
    for (const transaction of landed) this.options.events.landed(transaction)
    for (const listener of [...this.listeners]) listener(news)
  }

  /** Writes the whole state anew. */
  snapshot(): void {
    const { store, ledger, facts, history } = this.parts
    facts.takeChanges()
    history.sync()
    store.snapshot({
      slot: this.current,
      accounts: ledger.all(),
      facts: facts.entries(),
      logged: history.size,
    })
  }

  private send(transaction: PendingTransaction): void {
    this.pending.add(transaction, this.options.now() + this.options.delayMs())
  }

  private undo(slot: number): SlotRange | null {
    const request = this.rollback
    this.rollback = null
    if (request === null) return null
    const last = this.slot('confirmed') - request.slots
    const first = Math.max(this.options.slot, this.slot('finalized'))
    if (last < first) {
      const most = Math.max(0, this.slot('confirmed') - first)
      request.reject(new RangeError(`only the last ${most} confirmed slots can be undone`))
      return null
    }
    const undone = rollBack(this.parts, this.unfinalized, { last, slot, keep: LEASE_FACT })
    this.options.onRolledBack()
    if (!request.drop) for (const transaction of undone.transactions) this.send(transaction)
    for (const job of undone.jobs) this.repeat(job, slot)
    this.options.events.rolledBack(undone, request.drop)
    this.whenSlot(slot, () => request.resolve(undone))
    return { from: undone.from, to: undone.to }
  }

  private repeat(job: (slot: number) => unknown, slot: number): void {
    try {
      job(slot)
      this.jobsDone.push(job)
    } catch {
      // What was possible once and is no longer is not done.
    }
  }

  private landDue(
    now: number,
    slot: number,
    blockTime: number,
    ran: PendingTransaction[],
  ): LandedTransaction[] {
    const { events } = this.options
    const landed: LandedTransaction[] = []
    const context: SlotContext = {
      slot,
      blockTime,
      blockhash: this.parts.blockhashes.hashOf(slot),
      run: (wire) => runTransaction(this.parts, wire, slot, blockTime),
    }
    const failing: SlotContext = {
      ...context,
      run: (wire) => runTransaction(this.parts, wire, slot, blockTime, true),
    }
    for (const transaction of this.pending.takeDue(now, slot)) {
      const { signature, blockhash } = transaction.wire
      // The hash of a block that was rolled back is as unknown as one that is too old.
      if (this.parts.blockhashes.slotOf(blockhash) === undefined) {
        events.dropped(signature, 'expired')
        continue
      }
      const outcome = transaction.land(transaction.fails === true ? failing : context)
      if (outcome.length === 0) events.dropped(signature, 'unpayable')
      else ran.push(transaction)
      landed.push(...outcome)
    }
    return landed
  }

  private commit(
    slot: number,
    landed: readonly LandedTransaction[],
    ran: readonly PendingTransaction[],
    undone: SlotRange | null,
  ): void {
    const { ledger, facts, history, store } = this.parts
    const leased = Number(facts.count(LEASE_FACT))
    if (slot + SLOT_LEASE / 2 > leased) facts.set(LEASE_FACT, BigInt(slot + SLOT_LEASE))
    const transactions = landed.map(encodeLanded)
    const accounts = [...ledger.changedIn(slot)].map((address) => [address, ledger.tracked(address)] as const)
    const { now: changes, before } = facts.takeChanges()
    this.unfinalized.add(slot, { jobs: this.jobsDone.splice(0), landed: ran, facts: before })
    if (accounts.length === 0 && changes.length === 0 && landed.length === 0) return
    store.append({
      slot,
      accounts,
      facts: changes,
      transactions,
      ...(undone === null ? {} : { undone: history.after(undone.from - 1) }),
    })
    if (undone !== null) {
      // The log is cut only when the reason for it can no longer be lost.
      store.sync()
      history.discardAfter(undone.from - 1)
    }
    if (landed.length > 0) history.append(landed, transactions)
    if (store.wantsSnapshot) {
      this.current = slot
      this.snapshot()
    }
  }

  private whenSlot(slot: number, done: () => void): void {
    const stop = this.onSlot((news) => {
      if (news.slot < slot) return
      stop()
      done()
    })
  }
}
