import type { Fee } from '@fillstream/types'
import { Prisma, type PrismaClient } from '../generated/client'
import { toJson } from './rows'
import type { FillsRepository } from './store'

export function createFillsRepository(client: PrismaClient): FillsRepository {
  return {
    async find(orderId, attempt) {
      const row = await client.fill.findUnique({ where: { orderId_attempt: { orderId, attempt } } })
      return row === null
        ? null
        : {
            attempt: row.attempt,
            signature: row.signature,
            slot: Number(row.slot),
            inputMint: row.inputMint,
            outputMint: row.outputMint,
            inputAmount: BigInt(row.inputAmount.toFixed(0)),
            outputAmount: BigInt(row.outputAmount.toFixed(0)),
            price: row.price,
            fees: row.fees as unknown as readonly Fee[],
          }
    },

    async correct({ orderId, fill, orderFees, failure }) {
      // The order is locked first, as every append does; of two that correct one attempt the second finds it finalized.
      const corrected = await client.$executeRaw(Prisma.sql`
WITH held AS MATERIALIZED (
  SELECT id FROM orders WHERE id = ${orderId}::uuid FOR NO KEY UPDATE
), final AS (
  UPDATE attempts a SET slot = ${fill.slot}::bigint, code = ${failure?.code ?? null}, message = ${failure?.message ?? null},
    finalized_at = now()
  FROM held WHERE a.order_id = held.id AND a.attempt = ${fill.attempt}::int AND a.finalized_at IS NULL
  RETURNING a.order_id, a.attempt
), filled AS (
  UPDATE fills f SET slot = ${fill.slot}::bigint, input_amount = ${fill.inputAmount.toString()}::numeric,
    output_amount = ${fill.outputAmount.toString()}::numeric, price = ${fill.price}, fees = ${toJson(fill.fees)}::jsonb
  FROM final WHERE f.order_id = final.order_id AND f.attempt = final.attempt
)
UPDATE orders o SET input_used = ${fill.inputAmount.toString()}::numeric,
  output_amount = ${fill.outputAmount.toString()}::numeric, executed_price = ${fill.price},
  fees = ${toJson(orderFees)}::jsonb, updated_at = now()
FROM final WHERE o.id = final.order_id`)
      return corrected > 0
    },
  }
}
