import { type OrderNews } from '@fillstream/types'
import { type Store } from '@fillstream/store'
import { createSharedReads } from './shared-reads'

/** Events of one page at most. A page with fewer is the last one. */
export const PAGE_SIZE = 500

/** The durable event log, as subscriptions read it. Everything rejects while Postgres is away. */
export interface History {
  /** The order's events after `afterSeq`, at most PAGE_SIZE, rising by seq. */
  ofOrder(orderId: string, afterSeq: number): Promise<readonly OrderNews[]>
  /** The account's events after `cursor`, at most PAGE_SIZE, rising by cursor. */
  ofAccount(accountId: string, cursor: number): Promise<readonly OrderNews[]>
}

/** @param width reads at once at most, so that a crowd that comes back together finds a connection */
export function createHistory(store: Pick<Store, 'events'>, width: number): History {
  const reads = createSharedReads(width)
  return {
    ofOrder: (orderId, afterSeq) =>
      reads.run(`${orderId}:${afterSeq}`, () => store.events.newsOfOrder(orderId, afterSeq, PAGE_SIZE)),
    ofAccount: (accountId, cursor) =>
      reads.run(`${accountId}:${cursor}`, () => store.events.newsOfAccount(accountId, cursor, PAGE_SIZE)),
  }
}
