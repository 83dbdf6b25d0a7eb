import { Prisma, type PrismaClient } from '../generated/client'
import type { TradingRepository, TradingState } from './store'

const NEVER_SET: TradingState = { halted: false, reason: null, since: null, keyId: null }
const COLUMNS = Prisma.raw('halted, reason, since, key_id AS "keyId"')

export function createTradingRepository(client: PrismaClient): TradingRepository {
  return {
    async get() {
      const [row] = await client.$queryRaw<TradingState[]>(Prisma.sql`
SELECT ${COLUMNS} FROM trading_state WHERE id = 1`)
      return row ?? NEVER_SET
    },

    async set({ halted, reason, keyId }) {
      const [row] = await client.$queryRaw<TradingState[]>(Prisma.sql`
INSERT INTO trading_state AS t (id, halted, reason, since, key_id) VALUES (1, ${halted}, ${reason}, now(), ${keyId})
ON CONFLICT (id) DO UPDATE SET halted = excluded.halted, reason = excluded.reason, key_id = excluded.key_id,
  since = CASE WHEN t.halted = excluded.halted THEN t.since ELSE excluded.since END
RETURNING ${COLUMNS}`)
      return row as TradingState
    },
  }
}
