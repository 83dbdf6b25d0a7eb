import { type RouteReceipt } from '@fillstream/types'
import { type Prisma, type PrismaClient } from '../generated/client'
import { decodeCursor, encodeCursor } from './cursor'
import { toOrder } from './rows'
import type { OrderReads } from './store'

const BY_NUMBER = { orderBy: { attempt: 'asc' } } as const
const WITH_ATTEMPTS = { attempts: BY_NUMBER } as const
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

export function createOrderReads(client: PrismaClient): OrderReads {
  return {
    async get(accountId, orderId) {
      const row = await client.order.findUnique({
        where: { id: orderId, ...(accountId === null ? {} : { accountId }) },
        include: WITH_ATTEMPTS,
      })
      return row && toOrder(row)
    },

    async getMany(orderIds) {
      const rows = await client.order.findMany({
        where: { id: { in: [...orderIds] } },
        include: WITH_ATTEMPTS,
      })
      return rows.map(toOrder)
    },

    async getByClientOrderId(accountId, clientOrderId) {
      const row = await client.order.findUnique({
        where: { accountId_clientOrderId: { accountId, clientOrderId } },
        include: WITH_ATTEMPTS,
      })
      return row && toOrder(row)
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
