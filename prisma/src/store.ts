import type { Attempt, ListedOrder, NewOrder, Order, Trigger } from '@fillstream/core'
import type {
  FailureCode,
  Fee,
  OrderEvent,
  OrderNews,
  OrderStatus,
  OrderType,
  RouteReceipt,
} from '@fillstream/types'
import type { AppendResult, ExistingOrder, InsertResult, NewFill, OrderAppend, Published } from './orders'

export interface Account {
  readonly id: string
  readonly name: string
  /** Cursor of the account's latest event. */
  readonly cursor: number
  readonly createdAt: Date
}

export interface ApiKey {
  readonly keyId: string
  readonly accountId: string
  readonly secretHash: Uint8Array
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly revokedAt: Date | null
}

export interface AccountsRepository {
  create(account: { id: string; name: string }): Promise<Account>
  find(accountId: string): Promise<Account | null>
  /** The oldest account: the one that a demo acts as. */
  first(): Promise<Account | null>
  /** Cursor of the account's latest event; 0 where there is none. */
  cursor(accountId: string): Promise<number>
  /** The same of those accounts that are past the cursor given, by account id. */
  past(
    positions: readonly { readonly accountId: string; readonly cursor: number }[],
  ): Promise<Map<string, number>>
}

export interface ApiKeysRepository {
  /** Stores the hash of `key`, never the key. */
  create(key: string, owner: { accountId: string; name: string; scopes?: readonly string[] }): Promise<ApiKey>
  /** The key with this id, revoked or not; compare with `matchesSecret` and look at `revokedAt`. */
  find(keyId: string): Promise<ApiKey | null>
  /** The same of many, by key id. */
  findMany(keyIds: readonly string[]): Promise<Map<string, ApiKey>>
  revoke(keyId: string): Promise<void>
  /**
   * Makes a first account with `key`, which may trade and is its operator's (`admin`), unless the database has any key already.
   * Several callers at once make one.
   * @returns the key's row, also when it was there before; null where the database has other keys only
   */
  bootstrap(key: string, account: { id: string; name: string }): Promise<ApiKey | null>
}

/** The hot writes, one statement per call. Services go through `createJournal`, which groups callers and publishes. */
export interface OrderWrites {
  /** One result per order, in the order given; errors of single rows come as `Error` values. */
  insertOrders(orders: readonly NewOrder[]): Promise<(InsertResult | Error)[]>
  /** One result per append, in the order given; several of one order are applied one after the other. */
  appendEvents(appends: readonly OrderAppend[]): Promise<(AppendResult | Error)[]>
  /** The earlier order that an insert of this one would run into; null where it would be new. Writes nothing. */
  lookupExisting(order: NewOrder): Promise<ExistingOrder | null>
  /** What became of an insert whose outcome is unknown: null while there is nothing. */
  lookupNewOrder(orderId: string): Promise<Published | null>
}

export interface OrderListFilter {
  readonly status?: OrderStatus
  readonly type?: OrderType
  readonly inputMint?: string
  readonly outputMint?: string
  readonly cursor?: string
  /** 1..100 */
  readonly limit: number
}

export interface OrderReads {
  /** With its attempts. `accountId` null reads any account's order (the engine itself). */
  get(accountId: string | null, orderId: string): Promise<Order | null>
  getMany(orderIds: readonly string[]): Promise<Order[]>
  getByClientOrderId(accountId: string, clientOrderId: string): Promise<Order | null>
  /** Newest first, without the comparisons of their routes. Throws VALIDATION_FAILED at `cursor` for a cursor that is not one of ours. */
  list(
    accountId: string,
    filter: OrderListFilter,
  ): Promise<{ items: ListedOrder[]; nextCursor: string | null }>
  /** The latest route receipt and the attempt it is for; `receipt` is null before the first route. Null: no such order. */
  routeReceipt(
    accountId: string,
    orderId: string,
  ): Promise<{ receipt: RouteReceipt | null; attempt: number } | null>
  /** The account's non-terminal orders, oldest first. */
  active(accountId: string, limit: number): Promise<Order[]>
  /** `lastSeq` and status, by order id, of those orders that are past the seq given or have ended. */
  past(
    positions: readonly { readonly orderId: string; readonly seq: number }[],
  ): Promise<Map<string, { lastSeq: number; status: OrderStatus }>>
}

export interface OrderEventsRepository {
  /** Events after `afterSeq`, in order. `accountId` null reads any account's. */
  list(accountId: string | null, orderId: string, afterSeq: number, limit: number): Promise<OrderEvent[]>
  /**
   * The same as they are on the streams, with account and cursor, of many orders by one statement: for each position, in the order
   * given, a page of at most `limit` events.
   */
  newsOfOrders(
    positions: readonly { readonly orderId: string; readonly afterSeq: number }[],
    limit: number,
  ): Promise<OrderNews[][]>
  /** Events of all the account's orders after `cursor`, in order of the cursor, which has no gaps. */
  newsOfAccount(accountId: string, cursor: number, limit: number): Promise<OrderNews[]>
}

export interface AttemptsRepository {
  /** Attempts of one order, first to last, with their signed bytes. */
  ofOrder(orderId: string): Promise<Attempt[]>
  /** Submitted attempts that `owner` holds a lease on, taking those that nobody holds and renewing its own. Oldest first. */
  takeUnresolved(owner: string, leaseMs: number, limit: number): Promise<Attempt[]>
  /** Gives up the leases of `owner`, so that another copy need not wait for them to lapse (at shutdown). */
  releaseLeases(owner: string): Promise<void>
  /**
   * Attempts confirmed on this chain that are not yet known to be finalized, without their bytes. Oldest first.
   * @param upToSlot only those that landed no later; null: all
   */
  confirmedNotFinalized(genesisHash: string, upToSlot: number | null, limit: number): Promise<Attempt[]>
  markFinalized(attempts: readonly { orderId: string; attempt: number }[]): Promise<void>
  /** A confirmed attempt that the chain has lost for good: it is looked at no more. False: another copy was first. */
  markLost(
    attempt: { orderId: string; attempt: number },
    reason: { code: FailureCode; message: string },
  ): Promise<boolean>
}

/** What an attempt turned out to have moved. */
export interface FillCorrection {
  readonly orderId: string
  readonly fill: NewFill
  /** Of the whole order. */
  readonly orderFees: readonly Fee[]
  /** Why it failed after all; null where it did not. */
  readonly failure: { readonly code: FailureCode; readonly message: string } | null
}

export interface FillsRepository {
  find(orderId: string, attempt: number): Promise<NewFill | null>
  /**
   * Puts what a finalized attempt moved in the place of what it had moved when it was confirmed: in its fill, in its slot,
   * in the order's totals. Statuses and events stay. False: it was finalized before.
   */
  correct(correction: FillCorrection): Promise<boolean>
}

export interface PairOfMints {
  readonly inputMint: string
  readonly outputMint: string
}

/**
 * What open orders wait for. Rows appear and go with the events `open` and whatever follows it: here they are only read,
 * and told the best price seen.
 */
export interface TriggersRepository {
  /** In the order of their ids: all of them, or those of a pair that wait for a price (so no snipers). */
  page(query: {
    readonly pair?: PairOfMints
    readonly afterOrderId?: string
    readonly limit: number
  }): Promise<Trigger[]>
  /**
   * Opened in the last `sinceMs`, oldest first; `after` is the last one of the page before. A row becomes visible some
   * time after its `openedAt`: look back further than since the last look.
   */
  openedSince(
    sinceMs: number,
    limit: number,
    after?: Pick<Trigger, 'openedAt' | 'orderId'>,
  ): Promise<Trigger[]>
  /** Of these orders, those that are open. */
  byOrderIds(orderIds: readonly string[]): Promise<Trigger[]>
  /** Sets the best price seen (`unitPrice`) where it is better than the one known. Rows being changed are passed over. */
  raiseHighWater(marks: readonly { orderId: string; highWater: bigint }[]): Promise<void>
  /** Snipers that wait for a pool of this mint, in the order of their ids. */
  snipersFor(mint: string, limit: number, afterOrderId?: string): Promise<Trigger[]>
  /** The pairs that have orders which wait for a price. */
  pairs(): Promise<PairOfMints[]>
}

/** An order that is to expire, as far as the step needs it. */
export type OverdueOrder = Pick<Order, 'id' | 'accountId' | 'lastSeq' | 'status'> & {
  readonly expiresAt: Date
}

/** An order that somebody should be working on. */
export interface DueOrder {
  readonly id: string
  readonly accountId: string
  readonly lastSeq: number
}

/** What the loops that look for work ask. */
/** How far an order's log reaches, or is known to somebody. */
export interface OrderSeq {
  readonly orderId: string
  readonly accountId: string
  readonly lastSeq: number
}

/** From `after` on, where another one ended, at most `lengthMs` long, up to `endedMsAgo`: what was under way then shows by now. */
export interface Stretch {
  readonly after: Date | null
  readonly lengthMs: number
  readonly endedMsAgo: number
}

export interface WorkRepository {
  /**
   * Orders that need work (not terminal, open or submitted) and were due more than `idleMs` ago, by id: at most `limit` after
   * `afterId` (null: from the first).
   */
  dueOrders(limit: number, idleMs: number, afterId: string | null): Promise<DueOrder[]>
  /**
   * Orders past their time, by the clock of Postgres, that can still expire: not done, and not with the chain. The longest
   * overdue first. `append` refuses to expire one whose time has not come, and to submit one whose time is over.
   */
  expiredOrders(limit: number): Promise<OverdueOrder[]>
  /** How long ago the order last changed, by the clock of Postgres; Infinity where there is no such order. */
  idleMs(orderId: string): Promise<number>
  /** How far orders came in a stretch of time, by the clock of Postgres; of more than `limit` the newest. */
  recentSeqs(stretch: Stretch, limit: number): Promise<{ readonly seqs: OrderSeq[]; readonly upTo: Date }>
  /** Orders as they are, each with its events after `lastSeq`: what somebody who knows it up to there should be told. */
  newsSince(orders: readonly OrderSeq[]): Promise<Published[]>
}

/** Whether the engine trades, as an operator last said. */
export interface TradingState {
  readonly halted: boolean
  /** Why it was halted or resumed; null where nothing was said. */
  readonly reason: string | null
  /** Since when it is so; null where nobody has ever said. */
  readonly since: Date | null
  /** The API key that said so last. */
  readonly keyId: string | null
}

export interface TradingRepository {
  get(): Promise<TradingState>
  /** Halts or resumes for every copy of every service. What is said again keeps its time and takes the new reason. */
  set(change: Pick<TradingState, 'halted' | 'reason' | 'keyId'>): Promise<TradingState>
}

/** The database, by what is asked of it. Everything that needs Postgres fails with DEPENDENCY_UNAVAILABLE while it is away. */
export interface Store {
  readonly accounts: AccountsRepository
  readonly apiKeys: ApiKeysRepository
  readonly orders: OrderReads & OrderWrites
  readonly events: OrderEventsRepository
  readonly attempts: AttemptsRepository
  readonly triggers: TriggersRepository
  readonly fills: FillsRepository
  readonly work: WorkRepository
  readonly trading: TradingRepository
  /** Resolves when Postgres answers. */
  ping(): Promise<void>
  /** Throws, saying what to run, where the database lacks a migration that this version needs. */
  assertSchemaCurrent(): Promise<void>
  close(): Promise<void>
}

export interface StoreConfig {
  readonly databaseUrl: string
  /** Connections at most (default 10). */
  readonly poolSize?: number
  /** How long to wait for a connection (default 2000). */
  readonly connectionTimeoutMillis?: number
  /** How long one statement may run (default 5000). */
  readonly statementTimeoutMillis?: number
  /** How long a write of unknown outcome is repeated, which is harmless, to learn the outcome (default 2000). */
  readonly unknownOutcomeMillis?: number
}
