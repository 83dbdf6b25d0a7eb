import { type RouteReceipt } from '@fillstream/types'
import { type Order } from '@fillstream/core'
import { Prisma, type PrismaClient } from '../generated/client'
import { createBatcher } from './batcher'
import { decodeCursor, encodeCursor } from './cursor'
import { isUnavailable } from './errors'
import { ATTEMPT_JSON, ORDER_JSON, orderFromJson, toOrder, type AttemptJson, type OrderJson } from './rows'
import type { OrderReads } from './store'

const BY_NUMBER = { orderBy: { attempt: 'asc' } } as const
/** Lists do not show signed bytes, and need not carry them. */
const WITH_UNSIGNED_ATTEMPTS = { attempts: { ...BY_NUMBER, omit: { signedTransaction: true } } } as const

type ListedOrder = Prisma.OrderGetPayload<{ include: typeof WITH_UNSIGNED_ATTEMPTS }>

function toListedOrder(row: ListedOrder) {
  return toOrder({
    ...row,
    attempts: row.attempts.map((attempt) => ({ ...attempt, signedTransaction: null })),
  })
}

/** Behind `cursor`, newest first. The outer bound is what the index is read by. */
function behind(cursor: string | undefined): Prisma.OrderWhereInput {
  if (cursor === undefined) return {}
  const { createdAt, id } = decodeCursor(cursor)
  return {
    createdAt: { lte: createdAt },
    OR: [{ createdAt: { lt: createdAt } }, { id: { lt: id } }],
  }
}

/** Reads that wait at most, while the ones before them are under way. */
const READS = { maxBatch: 500, maxQueue: 20_000, windowMs: 0 }

/** Orders with their attempts, without signed bytes. */
async function readOrders(client: PrismaClient, orderIds: readonly string[]): Promise<Order[]> {
  const rows = await client.$queryRaw<{ order: OrderJson; attempts: AttemptJson[] | null }[]>(Prisma.sql`
SELECT ${ORDER_JSON} AS "order",
  (SELECT json_agg(${ATTEMPT_JSON} ORDER BY a.attempt) FROM attempts a WHERE a.order_id = o.id) AS attempts
FROM orders o WHERE o.id = ANY(${[...new Set(orderIds)]}::uuid[])`)
  return rows.map(({ order, attempts }) => orderFromJson(order, attempts ?? []))
}

export function createOrderReads(client: PrismaClient): OrderReads {
  // Whoever works on orders reads them one by one, by the hundred at a time: those of a moment share a statement.
  const single = createBatcher<string, { readonly order: Order | null }>(READS, {
    async run(orderIds) {
      const found = new Map((await readOrders(client, orderIds)).map((order) => [order.id, order]))
      return orderIds.map((orderId) => ({ order: found.get(orderId) ?? null }))
    },
    failsAll: isUnavailable,
    sleep: () => Promise.resolve(),
  })
  return {
    async get(accountId, orderId) {
      const { order } = await single.submit(orderId)
      return order !== null && (accountId === null || order.accountId === accountId) ? order : null
    },

    getMany: (orderIds) => (orderIds.length === 0 ? Promise.resolve([]) : readOrders(client, orderIds)),

    async getByClientOrderId(accountId, clientOrderId) {
      const row = await client.order.findUnique({
        where: { accountId_clientOrderId: { accountId, clientOrderId } },
        include: WITH_UNSIGNED_ATTEMPTS,
      })
      return row && toListedOrder(row)
    },

    async list(accountId, { cursor, limit, status, type, inputMint, outputMint }) {
      const rows = await client.order.findMany({
        where: {
          accountId,
          ...(status && { status }),
          ...(type && { type }),
          ...(inputMint !== undefined && { inputMint }),
          ...(outputMint !== undefined && { outputMint }),
          ...behind(cursor),
        },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit + 1,
        include: WITH_UNSIGNED_ATTEMPTS,
      })
      const items = rows.slice(0, limit).map(toListedOrder)
      const last = items.at(-1)
      return { items, nextCursor: rows.length > limit && last ? encodeCursor(last) : null }
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

    async active(accountId, limit) {
      const rows = await client.order.findMany({
        where: { accountId, endedAt: null },
        orderBy: { id: 'asc' },
        take: limit,
        include: WITH_UNSIGNED_ATTEMPTS,
      })
      return rows.map(toListedOrder)
    },

    async lastSeqs(orderIds) {
      const rows = await client.order.findMany({
        where: { id: { in: [...orderIds] } },
        select: { id: true, lastSeq: true, status: true },
      })
      return new Map(rows.map(({ id, lastSeq, status }) => [id, { lastSeq, status }]))
    },
  }
}
