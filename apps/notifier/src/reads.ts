import { type OrderNews } from '@fillstream/types'
import { type ApiKey, type Order, type Store } from '@fillstream/store'
import { createSharedReads } from './shared-reads'

/** Events of one page at most. A page with fewer is the last one. */
export const PAGE_SIZE = 500
/** Running orders shown at most in the snapshot of an account. */
const MAX_ACTIVE_ORDERS = 500

/** The durable event log, as subscriptions read it. Everything rejects while Postgres is away. */
export interface History {
  /** The order's events after `afterSeq`, at most PAGE_SIZE, rising by seq. */
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

/**
 * @param width reads at once at most: a crowd that comes back together waits here, in order, where no time runs out,
 * and not for a connection of the pool, where it does
 */
export function createReads(
  store: Pick<Store, 'accounts' | 'apiKeys' | 'orders' | 'events'>,
  width: number,
): Reads {
  const reads = createSharedReads(width)
  return {
    apiKey: (keyId) => reads.run(`key:${keyId}`, () => store.apiKeys.find(keyId)),
    firstAccount: () => reads.run('first', async () => (await store.accounts.first())?.id ?? null),
    order: (accountId, orderId) =>
      reads.run(`order:${accountId}:${orderId}`, () => store.orders.get(accountId, orderId)),
    activeOrders: (accountId) =>
      reads.run(`active:${accountId}`, () => store.orders.active(accountId, MAX_ACTIVE_ORDERS)),
    cursor: (accountId) => reads.run(`cursor:${accountId}`, () => store.accounts.cursor(accountId)),
    ofOrder: (orderId, afterSeq) =>
      reads.run(`events:${orderId}:${afterSeq}`, () =>
        store.events.newsOfOrder(orderId, afterSeq, PAGE_SIZE),
      ),
    ofAccount: (accountId, cursor) =>
      reads.run(`events:${accountId}:${cursor}`, () =>
        store.events.newsOfAccount(accountId, cursor, PAGE_SIZE),
      ),
  }
}
