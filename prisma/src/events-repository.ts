import type { OrderNews } from '@fillstream/types'
import { Prisma } from '../generated/client'
import { EPOCH_MS } from './rows'
import { arrayText, type StoreWriting } from './statements'
import type { OrderEventsRepository } from './store'

/** As the statement writes it: `at` in epoch milliseconds. */
type NewsJson = Omit<OrderNews, 'at'> & { readonly at: number }

/** SQL that writes the row `e` of order_events as `NewsJson`. */
const NEWS_JSON = Prisma.sql`json_build_object(
  'orderId', e.order_id, 'accountId', e.account_id, 'seq', e.seq, 'cursor', e.cursor, 'status', e.status, 'phase', e.phase,
  'at', ${EPOCH_MS('e.at')}, 'data', e.data)`

/** A list of `NewsJson`, or null for none, as the driver has it. */
function newsFromText(text: string | null): OrderNews[] {
  if (text === null) return []
  return (JSON.parse(text) as NewsJson[]).map((one) => ({ ...one, at: new Date(one.at).toISOString() }))
}

export function createEventsRepository({
  statements,
}: Pick<StoreWriting, 'statements'>): OrderEventsRepository {
  const newsOfOrders: OrderEventsRepository['newsOfOrders'] = async (positions, limit) => {
    const ids = arrayText(positions.map(({ orderId }) => orderId))
    const after = arrayText(positions.map(({ afterSeq }) => afterSeq))
    const rows = await statements.rows<readonly [n: string, news: string]>(Prisma.sql`
SELECT p.n, json_agg(${NEWS_JSON} ORDER BY e.seq)
FROM unnest(${ids}::text::uuid[], ${after}::text::bigint[]) WITH ORDINALITY AS p(order_id, after_seq, n)
CROSS JOIN LATERAL (
  SELECT * FROM order_events WHERE order_id = p.order_id AND seq > p.after_seq ORDER BY seq LIMIT ${String(limit)}::int
) e
GROUP BY p.n`)
    const pages: OrderNews[][] = positions.map(() => [])
    for (const [n, news] of rows) pages[Number(n) - 1] = newsFromText(news)
    return pages
  }

  return {
    newsOfOrders,

    async list(accountId, orderId, afterSeq, limit) {
      const [news = []] = await newsOfOrders([{ orderId, afterSeq }], limit)
      return news
        .filter((one) => accountId === null || one.accountId === accountId)
        .map(({ accountId: _accountId, cursor: _cursor, ...event }) => event)
    },

    async newsOfAccount(accountId, cursor, limit) {
      const [row] = await statements.rows<readonly [news: string | null]>(Prisma.sql`
SELECT json_agg(${NEWS_JSON} ORDER BY e.cursor)
FROM (
  SELECT * FROM order_events WHERE account_id = ${accountId}::uuid AND cursor > ${String(cursor)}::bigint
  ORDER BY cursor LIMIT ${String(limit)}::int
) e`)
      return newsFromText(row?.[0] ?? null)
    },
  }
}
