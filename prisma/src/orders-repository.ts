import { type Order } from '@fillstream/core'
import { type OrderStatus, type RouteReceipt } from '@fillstream/types'
import { Prisma } from '../generated/client'
import { createBatcher } from './batcher'
import { decodeCursor, encodeCursor } from './cursor'
import { isUnavailable } from './errors'
import { ATTEMPT_JSON, LISTED_ORDER_JSON, ORDER_JSON, orderFromText } from './rows'
import { arrayText, type Statements, type StoreWriting } from './statements'
import type { OrderReads } from './store'

/** Behind `cursor`, newest first. The outer bound is what the index is read by. */
function behind(cursor: string | undefined): Prisma.Sql {
  if (cursor === undefined) return Prisma.empty
  const { createdAt, id } = decodeCursor(cursor)
  return Prisma.sql` AND o.created_at <= ${createdAt.toISOString()}::timestamptz
  AND (o.created_at < ${createdAt.toISOString()}::timestamptz OR o.id < ${id}::uuid)`
}

function is(column: string, type: string, value: string | undefined): Prisma.Sql {
  return value === undefined
    ? Prisma.empty
    : Prisma.sql` AND o.${Prisma.raw(column)} = ${value}::${Prisma.raw(type)}`
}

/** Reads that wait at most, while the ones before them are under way. */
const READS = { maxBatch: 500, maxQueue: 20_000 }

/** Orders with their attempts, without signed bytes: `rest` says which, and in which order. */
async function readOrders(statements: Statements, rest: Prisma.Sql, columns = ORDER_JSON): Promise<Order[]> {
  const rows = await statements.rows<readonly [order: string, attempts: string | null]>(Prisma.sql`
SELECT ${columns}, (SELECT json_agg(${ATTEMPT_JSON} ORDER BY a.attempt) FROM attempts a WHERE a.order_id = o.id)
FROM orders o ${rest}`)
  return rows.map(([order, attempts]) => orderFromText(order, attempts))
}

const withIds = (orderIds: readonly string[]) =>
  Prisma.sql`WHERE o.id = ANY(${arrayText([...new Set(orderIds)])}::text::uuid[])`

export function createOrderReads({
  client,
  statements,
}: Pick<StoreWriting, 'client' | 'statements'>): OrderReads {
  // Whoever works on orders reads them one by one, by the hundred at a time: those of a moment share a statement.
  const single = createBatcher<string, { readonly order: Order | null }>(READS, {
    async run(orderIds) {
      const found = new Map(
        (await readOrders(statements, withIds(orderIds))).map((order) => [order.id, order]),
      )
      return orderIds.map((orderId) => ({ order: found.get(orderId) ?? null }))
    },
    failsAll: isUnavailable,
  })
  return {
    async get(accountId, orderId) {
      const { order } = await single.submit(orderId)
      return order !== null && (accountId === null || order.accountId === accountId) ? order : null
    },

    getMany: (orderIds) =>
      orderIds.length === 0 ? Promise.resolve([]) : readOrders(statements, withIds(orderIds)),

    async getByClientOrderId(accountId, clientOrderId) {
      const [order] = await readOrders(
        statements,
        Prisma.sql`WHERE o.account_id = ${accountId}::uuid AND o.client_order_id = ${clientOrderId}`,
      )
      return order ?? null
    },

    async list(accountId, { cursor, limit, status, type, inputMint, outputMint }) {
      const filters = [
        is('status', 'order_status', status),
        is('type', 'text', type),
        is('input_mint', 'text', inputMint),
        is('output_mint', 'text', outputMint),
        behind(cursor),
      ]
      const found = await readOrders(
        statements,
        Prisma.sql`WHERE o.account_id = ${accountId}::uuid${Prisma.join(filters, '')}
ORDER BY o.created_at DESC, o.id DESC LIMIT ${String(limit + 1)}::int`,
        LISTED_ORDER_JSON,
      )
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, nextCursor: found.length > limit && last ? encodeCursor(last) : null }
    },

    async routeReceipt(accountId, orderId) {
      const row = await client.order.findUnique({
        where: { id: orderId, accountId },
        select: { route: true, attemptCount: true, status: true },
      })
      if (!row) return null
      const underWay = row.status === 'routing' || row.status === 'building'
      return {
        receipt: row.route as unknown as RouteReceipt | null,
        attempt: Math.max(1, row.attemptCount + (underWay ? 1 : 0)),
      }
    },

    active: (accountId, limit) =>
      readOrders(
        statements,
        Prisma.sql`WHERE o.account_id = ${accountId}::uuid AND o.ended_at IS NULL ORDER BY o.id LIMIT ${String(limit)}::int`,
      ),

    async past(positions) {
      const ids = arrayText(positions.map(({ orderId }) => orderId))
      const seqs = arrayText(positions.map(({ seq }) => seq))
      const rows = await statements.rows<
        readonly [id: string, lastSeq: number, status: OrderStatus]
      >(Prisma.sql`
SELECT o.id, o.last_seq, o.status::text
FROM unnest(${ids}::text::uuid[], ${seqs}::text::bigint[]) AS p(id, seq) JOIN orders o ON o.id = p.id
WHERE o.last_seq > p.seq OR o.ended_at IS NOT NULL`)
      return new Map(rows.map(([id, lastSeq, status]) => [id, { lastSeq, status }]))
    },
  }
}
