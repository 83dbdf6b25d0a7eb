import { type OrderNews } from '@fillstream/types'
import { type ApiKey, type Order, type Store } from '@fillstream/store'
import { createGroupedReads } from './grouped-reads'
import { type Pacer } from './pacer'
import { createSharedReads } from './shared-reads'

/** Events of one page at most. A page with fewer is the last one. */
export const PAGE_SIZE = 500
/** The same of one order: an order has few, and pages of many orders are read by one statement. */
export const ORDER_PAGE_SIZE = 64
/** Orders, or keys, of one statement at most. */
const GROUP_SIZE = 64
/** Groups of one kind under way at once: what comes meanwhile makes the next group. */
const GROUPS_AT_ONCE = 2
/** Running orders shown at most in the snapshot of an account. */
const MAX_ACTIVE_ORDERS = 500

/** The durable event log, as subscriptions read it. Everything rejects while Postgres is away. */
export interface History {
  /** The order's events after `afterSeq`, at most ORDER_PAGE_SIZE, rising by seq. */
  ofOrder(orderId: string, afterSeq: number): Promise<readonly OrderNews[]>
  /** The account's events after `cursor`, at most PAGE_SIZE, rising by cursor. */
  ofAccount(accountId: string, cursor: number): Promise<readonly OrderNews[]>
}

/** All that connections ask of Postgres. */
export interface Reads extends History {
  apiKey(keyId: string): Promise<ApiKey | null>
  /** The id of the oldest account. */
  firstAccount(): Promise<string | null>
  order(accountId: string, orderId: string): Promise<Order | null>
  /** The account's running orders, oldest first, at most 500. */
  activeOrders(accountId: string): Promise<readonly Order[]>
  /** The cursor of the account's latest event. */
  cursor(accountId: string): Promise<number>
}

/** From where an order's events are wanted. */
interface Position {
  readonly orderId: string
  readonly afterSeq: number
}

const nameOfPosition = ({ orderId, afterSeq }: Position) => `${orderId}:${afterSeq}`

/**
 * @param width reads at once at most: a crowd that comes back together waits here, in order, where no time runs out,
 * and not for a connection of the pool, where it does
 */
export function createReads(
  store: Pick<Store, 'accounts' | 'apiKeys' | 'orders' | 'events'>,
  pacer: Pacer,
  width: number,
): Reads {
  const reads = createSharedReads(width)
  let groups = 0
  /** A group waits for its turn among all reads. */
  const grouped = <Key, Found>(
    nameOf: (key: Key) => string,
    read: (keys: readonly Key[]) => Promise<ReadonlyMap<string, Found>>,
  ) =>
    createGroupedReads<Key, Found>(GROUPS_AT_ONCE, pacer, {
      size: GROUP_SIZE,
      nameOf,
      read: (keys) => reads.run(`group:${(groups += 1)}`, () => read(keys)),
    })
  const keys = grouped(
    (keyId: string) => keyId,
    (keyIds) => store.apiKeys.findMany(keyIds),
  )
  const pages = grouped(nameOfPosition, async (positions) => {
    const found = await store.events.newsOfOrders(positions, ORDER_PAGE_SIZE)
    return new Map(positions.map((position, i) => [nameOfPosition(position), found[i] ?? []]))
  })
  return {
    apiKey: async (keyId) => (await keys.get(keyId)) ?? null,
    firstAccount: () => reads.run('first', async () => (await store.accounts.first())?.id ?? null),
    order: (accountId, orderId) =>
      reads.run(`order:${accountId}:${orderId}`, () => store.orders.get(accountId, orderId)),
    activeOrders: (accountId) =>
      reads.run(`active:${accountId}`, () => store.orders.active(accountId, MAX_ACTIVE_ORDERS)),
    cursor: (accountId) => reads.run(`cursor:${accountId}`, () => store.accounts.cursor(accountId)),
    ofOrder: async (orderId, afterSeq) => (await pages.get({ orderId, afterSeq })) ?? [],
    ofAccount: (accountId, cursor) =>
      reads.run(`events:${accountId}:${cursor}`, () =>
        store.events.newsOfAccount(accountId, cursor, PAGE_SIZE),
      ),
  }
}
