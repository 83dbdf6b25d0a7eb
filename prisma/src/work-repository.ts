import { Prisma, type PrismaClient } from '../generated/client'
import type { OrderEventsRepository, OrderReads, WorkRepository } from './store'

/** Of one order: far more than any has. */
const MOST_NEWS = 500

export function createWorkRepository(
  client: PrismaClient,
  orders: OrderReads,
  events: OrderEventsRepository,
): WorkRepository {
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

    async recentSeqs({ after, lengthMs, endedMsAgo }, limit) {
      // By the millisecond, as a Date has it: where one stretch ends the next one begins.
      const upTo = Prisma.sql`date_trunc('milliseconds', now() - ${endedMsAgo}::int * interval '1 millisecond')`
      // One row of JSON: reading thousands of rows takes the client several times as long.
      const [row] = await client.$queryRaw<
        [{ upTo: Date; seqs: [string, string, number][] | null }]
      >(Prisma.sql`
SELECT ${upTo} AS "upTo", (SELECT json_agg(json_build_array(order_id, account_id, last_seq)) FROM (
  SELECT order_id, account_id, max(seq) AS last_seq FROM order_events
  WHERE at >= GREATEST(${after}::timestamptz, ${upTo} - ${lengthMs}::int * interval '1 millisecond') AND at < ${upTo}
  GROUP BY 1, 2 ORDER BY max(at) DESC LIMIT ${limit}::int) recent) AS seqs`)
      const seqs = (row.seqs ?? []).map(([orderId, accountId, lastSeq]) => ({ orderId, accountId, lastSeq }))
      return { seqs, upTo: row.upTo }
    },

    async newsSince(known) {
      const positions = known.map(({ orderId, lastSeq }) => ({ orderId, afterSeq: lastSeq }))
      const [found, pages] = await Promise.all([
        orders.getMany(known.map(({ orderId }) => orderId)),
        events.newsOfOrders(positions, MOST_NEWS),
      ])
      const news = new Map(known.map(({ orderId }, i) => [orderId, pages[i] ?? []]))
      return found.map((order) => ({ order, news: news.get(order.id) ?? [] }))
    },
  }
}
