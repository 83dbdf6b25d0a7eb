import type { OrderNews } from '@fillstream/types'
import { Prisma, type PrismaClient } from '../generated/client'
import { toNews } from './rows'
import type { OrderReads, WorkRepository } from './store'

export function createWorkRepository(client: PrismaClient, orders: OrderReads): WorkRepository {
  return {
    dueOrders(limit, idleMs, afterId) {
      return client.$queryRaw(Prisma.sql`
SELECT id, account_id AS "accountId", last_seq AS "lastSeq" FROM orders
WHERE ended_at IS NULL AND NOT resting AND run_after < now() - ${idleMs}::int * interval '1 millisecond'
  AND (${afterId}::uuid IS NULL OR id > ${afterId}::uuid)
ORDER BY id LIMIT ${limit}::int`)
    },

    expiredOrders(limit) {
      return client.$queryRaw(Prisma.sql`
SELECT id, account_id AS "accountId", last_seq AS "lastSeq", status, expires_at AS "expiresAt" FROM orders
WHERE ended_at IS NULL AND expires_at <= now() AND status <> 'submitted'
ORDER BY expires_at LIMIT ${limit}::int`)
    },

    async idleMs(orderId) {
      const rows = await client.$queryRaw<{ ms: number }[]>(Prisma.sql`
SELECT (extract(epoch FROM now() - updated_at) * 1000)::float8 AS ms FROM orders WHERE id = ${orderId}::uuid`)
      return rows[0]?.ms ?? Infinity
    },

    async recentSeqs(sinceMs, limit) {
      // One row of JSON: reading thousands of rows takes the client several times as long.
      const [row] = await client.$queryRaw<{ seqs: [string, string, number][] | null }[]>(Prisma.sql`
SELECT json_agg(json_build_array(order_id, account_id, last_seq)) AS seqs FROM (
  SELECT order_id, account_id, max(seq) AS last_seq FROM order_events
  WHERE at >= now() - ${sinceMs}::int * interval '1 millisecond'
  GROUP BY 1, 2 ORDER BY max(at) DESC LIMIT ${limit}::int) recent`)
      return (row?.seqs ?? []).map(([orderId, accountId, lastSeq]) => ({ orderId, accountId, lastSeq }))
    },

    async newsSince(known) {
      const [found, events] = await Promise.all([
        orders.getMany(known.map(({ orderId }) => orderId)),
        client.$queryRaw<Parameters<typeof toNews>[0][]>(Prisma.sql`
SELECT e.order_id AS "orderId", e.seq, e.account_id AS "accountId", e.cursor, e.event_id AS "eventId", e.status, e.phase,
  e.data, e.at
FROM unnest(${known.map(({ orderId }) => orderId)}::uuid[], ${known.map(({ lastSeq }) => lastSeq)}::int[]) AS k(order_id, seq)
JOIN order_events e ON e.order_id = k.order_id AND e.seq > k.seq
ORDER BY e.order_id, e.seq`),
      ])
      const news = new Map<string, OrderNews[]>()
      for (const event of events.map(toNews))
        news.set(event.orderId, [...(news.get(event.orderId) ?? []), event])
      return found.map((order) => ({ order, news: news.get(order.id) ?? [] }))
    },
  }
}
