import type { OrderNews } from '@fillstream/types'
import { Prisma, type PrismaClient } from '../generated/client'
import { toNews } from './rows'
import type { OrderEventsRepository } from './store'

/** As the statement writes it: `at` in epoch milliseconds. */
type NewsJson = Omit<OrderNews, 'at'> & { readonly at: number }

export function createEventsRepository(client: PrismaClient): OrderEventsRepository {
  async function eventsOf(accountId: string | null, orderId: string, afterSeq: number, limit: number) {
    const rows = await client.orderEvent.findMany({
      where: { orderId, seq: { gt: afterSeq }, ...(accountId === null ? {} : { accountId }) },
      orderBy: { seq: 'asc' },
      take: limit,
    })
    return rows.map(toNews)
  }

  return {
    async list(accountId, orderId, afterSeq, limit) {
      const news = await eventsOf(accountId, orderId, afterSeq, limit)
      return news.map(({ accountId: _accountId, cursor: _cursor, ...event }) => event)
    },

    async newsOfOrders(positions, limit) {
      const ids = positions.map(({ orderId }) => orderId)
      const after = positions.map(({ afterSeq }) => afterSeq)
      const rows = await client.$queryRaw<{ n: bigint; news: NewsJson[] }[]>(Prisma.sql`
SELECT p.n, json_agg(json_build_object(
  'orderId', e.order_id, 'accountId', e.account_id, 'seq', e.seq, 'cursor', e.cursor, 'status', e.status, 'phase', e.phase,
  'at', (extract(epoch FROM e.at) * 1000)::bigint, 'data', e.data) ORDER BY e.seq) AS news
FROM unnest(${ids}::uuid[], ${after}::bigint[]) WITH ORDINALITY AS p(order_id, after_seq, n)
CROSS JOIN LATERAL (
  SELECT * FROM order_events WHERE order_id = p.order_id AND seq > p.after_seq ORDER BY seq LIMIT ${limit}
) e
GROUP BY p.n`)
      const pages: OrderNews[][] = positions.map(() => [])
      for (const { n, news } of rows)
        pages[Number(n) - 1] = news.map((one) => ({ ...one, at: new Date(one.at).toISOString() }))
      return pages
    },

    async newsOfAccount(accountId, cursor, limit) {
      const rows = await client.orderEvent.findMany({
        where: { accountId, cursor: { gt: cursor } },
        orderBy: { cursor: 'asc' },
        take: limit,
      })
      return rows.map(toNews)
    },
  }
}
