import { type PrismaClient } from '../generated/client'
import { toNews } from './rows'
import type { OrderEventsRepository } from './store'

export function createEventsRepository(client: PrismaClient): OrderEventsRepository {
  async function newsOfOrder(accountId: string | null, orderId: string, afterSeq: number, limit: number) {
    const rows = await client.orderEvent.findMany({
      where: { orderId, seq: { gt: afterSeq }, ...(accountId === null ? {} : { accountId }) },
      orderBy: { seq: 'asc' },
      take: limit,
    })
    return rows.map(toNews)
  }

  return {
    async list(accountId, orderId, afterSeq, limit) {
      const news = await newsOfOrder(accountId, orderId, afterSeq, limit)
      return news.map(({ accountId: _accountId, cursor: _cursor, ...event }) => event)
    },

    newsOfOrder: (orderId, afterSeq, limit) => newsOfOrder(null, orderId, afterSeq, limit),

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
