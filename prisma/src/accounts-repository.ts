import { Prisma, type Account as AccountRow } from '../generated/client'
import { EPOCH_MS } from './rows'
import { arrayText, type StoreWriting } from './statements'
import type { Account, AccountsRepository } from './store'

/** As the statement writes it: `createdAt` in epoch milliseconds. */
type AccountJson = Omit<Account, 'createdAt'> & { readonly createdAt: number }

function toAccount({ accountSeq, ...row }: AccountRow): Account {
  return { ...row, cursor: Number(accountSeq) }
}

export function createAccountsRepository({
  client,
  statements,
}: Pick<StoreWriting, 'client' | 'statements'>): AccountsRepository {
  return {
    async create(account) {
      return toAccount(await client.account.create({ data: account }))
    },
    async find(accountId) {
      const row = await client.account.findUnique({ where: { id: accountId } })
      return row && toAccount(row)
    },
    async first() {
      const [row] = await statements.rows<readonly [account: string]>(Prisma.sql`
SELECT json_build_object('id', id, 'name', name, 'cursor', account_seq, 'createdAt', ${EPOCH_MS('created_at')})
FROM accounts ORDER BY created_at, id LIMIT 1`)
      if (!row) return null
      const { createdAt, ...account } = JSON.parse(row[0]) as AccountJson
      return { ...account, createdAt: new Date(createdAt) }
    },
    async cursor(accountId) {
      const [row] = await statements.rows<readonly [cursor: string]>(
        Prisma.sql`SELECT account_seq FROM accounts WHERE id = ${accountId}::uuid`,
      )
      return Number(row?.[0] ?? 0)
    },
    async past(positions) {
      const ids = arrayText(positions.map(({ accountId }) => accountId))
      const cursors = arrayText(positions.map(({ cursor }) => cursor))
      const rows = await statements.rows<readonly [id: string, cursor: string]>(Prisma.sql`
SELECT a.id, a.account_seq
FROM unnest(${ids}::text::uuid[], ${cursors}::text::bigint[]) AS p(id, cursor) JOIN accounts a ON a.id = p.id
WHERE a.account_seq > p.cursor`)
      return new Map(rows.map(([id, cursor]) => [id, Number(cursor)]))
    },
  }
}
