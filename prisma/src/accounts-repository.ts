import { type Account as AccountRow, type PrismaClient } from '../generated/client'
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
    async cursors(accountIds) {
      const rows = await client.account.findMany({
        where: { id: { in: [...accountIds] } },
        select: { id: true, accountSeq: true },
      })
      return new Map(rows.map(({ id, accountSeq }) => [id, Number(accountSeq)]))
    },
  }
}
