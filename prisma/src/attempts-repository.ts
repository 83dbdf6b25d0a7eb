import { Prisma, type PrismaClient } from '../generated/client'
import { ATTEMPT_JSON, attemptFromJson, toAttempt, type AttemptJson } from './rows'
import type { AttemptsRepository } from './store'

export function createAttemptsRepository(client: PrismaClient): AttemptsRepository {
  return {
    async ofOrder(orderId) {
      const rows = await client.attempt.findMany({ where: { orderId }, orderBy: { attempt: 'asc' } })
      return rows.map(toAttempt)
    },

    async takeUnresolved(owner, leaseMs, limit) {
      // A lease is renewed when half of it is gone, so that most looks write nothing. Rows that another watcher, or the append
      // that resolves them, holds right now are left for the next look.
      await client.$executeRaw(Prisma.sql`
UPDATE attempts a SET lease_owner = ${owner}, lease_until = now() + ${leaseMs}::int * interval '1 millisecond'
FROM (
  SELECT order_id, attempt FROM attempts
  WHERE status = 'submitted' AND (lease_until IS NULL OR lease_until < now()
    OR (lease_owner = ${owner} AND lease_until < now() + ${leaseMs}::int / 2 * interval '1 millisecond'))
  ORDER BY started_at LIMIT ${limit}::int FOR NO KEY UPDATE SKIP LOCKED
) free
WHERE a.order_id = free.order_id AND a.attempt = free.attempt`)
      // The status written out: with it as a parameter the index of unresolved attempts cannot be used.
      const rows = await client.$queryRaw<{ attempt: AttemptJson; bytes: string | null }[]>(Prisma.sql`
SELECT ${ATTEMPT_JSON} AS attempt, encode(a.signed_transaction, 'base64') AS bytes FROM attempts a
WHERE a.status = 'submitted' AND a.lease_owner = ${owner} ORDER BY a.started_at LIMIT ${limit}::int`)
      return rows.map(({ attempt, bytes }) => ({
        ...attemptFromJson(attempt),
        signedTransaction: bytes === null ? null : Uint8Array.from(Buffer.from(bytes, 'base64')),
      }))
    },

    async releaseLeases(owner) {
      await client.$executeRaw(Prisma.sql`
UPDATE attempts a SET lease_owner = NULL, lease_until = NULL
FROM (
  SELECT order_id, attempt FROM attempts WHERE status = 'submitted' AND lease_owner = ${owner}
  FOR NO KEY UPDATE SKIP LOCKED
) mine
WHERE a.order_id = mine.order_id AND a.attempt = mine.attempt`)
    },

    async confirmedNotFinalized(genesisHash, upToSlot, limit) {
      const [row] = await client.$queryRaw<{ attempts: AttemptJson[] | null }[]>(Prisma.sql`
SELECT json_agg(${ATTEMPT_JSON} ORDER BY a.resolved_at) AS attempts FROM (
  SELECT * FROM attempts WHERE status = 'confirmed' AND finalized_at IS NULL AND genesis_hash = ${genesisHash}
    AND (${upToSlot}::bigint IS NULL OR slot IS NULL OR slot <= ${upToSlot}::bigint)
  ORDER BY resolved_at LIMIT ${limit}::int) a`)
      return (row?.attempts ?? []).map(attemptFromJson)
    },

    async markFinalized(attempts) {
      const orderIds = attempts.map(({ orderId }) => orderId)
      const numbers = attempts.map(({ attempt }) => attempt)
      await client.$executeRaw(Prisma.sql`
UPDATE attempts a SET finalized_at = now()
FROM (
  SELECT a.order_id, a.attempt FROM attempts a
  JOIN unnest(${orderIds}::uuid[], ${numbers}::int[]) AS t(order_id, attempt)
    ON a.order_id = t.order_id AND a.attempt = t.attempt
  WHERE a.finalized_at IS NULL ORDER BY a.order_id, a.attempt FOR NO KEY UPDATE OF a
) f
WHERE a.order_id = f.order_id AND a.attempt = f.attempt`)
    },

    async markLost({ orderId, attempt }, { code, message }) {
      const lost = await client.$executeRaw(Prisma.sql`
UPDATE attempts SET finalized_at = now(), code = ${code}, message = ${message}
WHERE order_id = ${orderId}::uuid AND attempt = ${attempt}::int AND finalized_at IS NULL`)
      return lost > 0
    },
  }
}
