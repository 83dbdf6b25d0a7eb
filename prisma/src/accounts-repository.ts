import { Prisma, type Account as AccountRow, type PrismaClient } from '../generated/client'
import type { Account, AccountsRepository } from './store'

function toAccount({ accountSeq, ...row }: AccountRow): Account {
  return { ...row, cursor: Number(accountSeq) }
}

export function createAccountsRepository(client: PrismaClient): AccountsRepository {
  return {
    async create(account) {
      return toAccount(await client.account.create({ data: account }))
    },
    async find(accountId) {
      const row = await client.account.findUnique({ where: { id: accountId } })
      return row && toAccount(row)
    },
    async first() {
      const row = await client.account.findFirst({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
      return row && toAccount(row)
    },
    async cursor(accountId) {
      const row = await client.account.findUnique({
        where: { id: accountId },
        select: { accountSeq: true },
      })
      return Number(row?.accountSeq ?? 0n)
    },
    async past(positions) {
      const ids = positions.map(({ accountId }) => accountId)
      const cursors = positions.map(({ cursor }) => cursor)
      const rows = await client.$queryRaw<{ id: string; cursor: number }[]>(Prisma.sql`
SELECT a.id, a.account_seq::float8 AS cursor
FROM unnest(${ids}::uuid[], ${cursors}::bigint[]) AS p(id, cursor) JOIN accounts a ON a.id = p.id
WHERE a.account_seq > p.cursor`)
      return new Map(rows.map(({ id, cursor }) => [id, cursor]))
    },
  }
}
