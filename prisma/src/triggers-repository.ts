import { type Trigger } from '@fillstream/core'
import { Prisma, type PrismaClient, type Trigger as TriggerRow } from '../generated/client'
import type { PairOfMints, TriggersRepository } from './store'

function toTrigger(row: TriggerRow): Trigger {
  return {
    ...row,
    kind: row.kind as Trigger['kind'],
    swapMode: row.swapMode as Trigger['swapMode'],
    amount: BigInt(row.amount.toFixed(0)),
    threshold: row.threshold === null ? null : BigInt(row.threshold.toFixed(0)),
    highWater: row.highWater === null ? null : BigInt(row.highWater.toFixed(0)),
  }
}

/** The smallest pair beyond those before it, again and again: as many steps down the index as there are pairs. */
const PAIRS = Prisma.sql`
WITH RECURSIVE pairs AS (
  (SELECT input_mint, output_mint FROM triggers WHERE kind <> 'sniper' ORDER BY 1, 2 LIMIT 1)
  UNION ALL
  SELECT next.input_mint, next.output_mint FROM pairs p CROSS JOIN LATERAL (
    SELECT t.input_mint, t.output_mint FROM triggers t
    WHERE t.kind <> 'sniper' AND (t.input_mint, t.output_mint) > (p.input_mint, p.output_mint)
    ORDER BY 1, 2 LIMIT 1
  ) next
)
SELECT input_mint AS "inputMint", output_mint AS "outputMint" FROM pairs`

function behind(orderId: string | undefined): Prisma.Sql {
  return orderId === undefined ? Prisma.sql`true` : Prisma.sql`order_id > ${orderId}::uuid`
}

export function createTriggersRepository(client: PrismaClient): TriggersRepository {
  /** A kind is written out: with it as a parameter the indexes that hang on it cannot be used. */
  async function inOrder(matches: Prisma.Sql, limit: number): Promise<Trigger[]> {
    const found = await client.$queryRaw<{ orderId: string }[]>(
      Prisma.sql`SELECT order_id AS "orderId" FROM triggers ${matches} ORDER BY order_id LIMIT ${limit}::int`,
    )
    const orderIds = found.map(({ orderId }) => orderId)
    const rows = await client.trigger.findMany({
      where: { orderId: { in: orderIds } },
      orderBy: { orderId: 'asc' },
    })
    return rows.map(toTrigger)
  }

  return {
    async page({ pair, afterOrderId, limit }) {
      return inOrder(
        pair === undefined
          ? Prisma.sql`WHERE ${behind(afterOrderId)}`
          : Prisma.sql`WHERE input_mint = ${pair.inputMint} AND output_mint = ${pair.outputMint} AND kind <> 'sniper'
  AND ${behind(afterOrderId)}`,
        limit,
      )
    },

    async openedSince(sinceMs, limit, after) {
      const recent = await client.$queryRaw<{ orderId: string }[]>(Prisma.sql`
SELECT order_id AS "orderId" FROM triggers WHERE opened_at >= now() - ${sinceMs}::int * interval '1 millisecond'
  ${after ? Prisma.sql`AND (opened_at, order_id) > (${after.openedAt.toISOString()}::timestamptz, ${after.orderId}::uuid)` : Prisma.empty}
ORDER BY opened_at, order_id LIMIT ${limit}::int`)
      const rows = await client.trigger.findMany({
        where: { orderId: { in: recent.map(({ orderId }) => orderId) } },
        orderBy: [{ openedAt: 'asc' }, { orderId: 'asc' }],
      })
      return rows.map(toTrigger)
    },

    async byOrderIds(orderIds) {
      const rows = await client.trigger.findMany({ where: { orderId: { in: [...orderIds] } } })
      return rows.map(toTrigger)
    },

    async raiseHighWater(marks) {
      const orderIds = marks.map(({ orderId }) => orderId)
      const values = marks.map(({ highWater }) => highWater.toString())
      // Rows that a step holds are leaving or brand-new: left for the next time, so that neither ever waits for the other.
      await client.$executeRaw(Prisma.sql`
UPDATE triggers t SET high_water = m.high_water
FROM (
  SELECT t.order_id, m.high_water FROM triggers t
  JOIN unnest(${orderIds}::uuid[], ${values}::numeric[]) AS m(order_id, high_water) ON m.order_id = t.order_id
  WHERE t.high_water IS NULL OR t.high_water < m.high_water
  FOR NO KEY UPDATE OF t SKIP LOCKED
) m
WHERE t.order_id = m.order_id`)
    },

    async snipersFor(mint, limit, afterOrderId) {
      const matches = Prisma.sql`WHERE output_mint = ${mint} AND kind = 'sniper' AND ${behind(afterOrderId)}`
      return inOrder(matches, limit)
    },

    pairs: () => client.$queryRaw<PairOfMints[]>(PAIRS),
  }
}
