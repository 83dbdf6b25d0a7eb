import { randomUUID } from 'node:crypto'
import { type Pool } from 'pg'

/** What an event carries, about as much as the engine's. */
const DATA = JSON.stringify({ phase: 'waiting for the chain', txHash: 'x'.repeat(88), attempt: 1 })

export const BARE_EVENTS_TABLE = `CREATE TABLE IF NOT EXISTS bare_events (
  order_id uuid NOT NULL, seq int NOT NULL, account_id uuid NOT NULL, event_id uuid NOT NULL, status text NOT NULL,
  data jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (order_id, seq))`

const insertOf = (last: number) => `WITH input AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::jsonb[])
    AS i(id, account_id, event_id, seq, status, data)),
states AS (
  INSERT INTO skeleton_orders (id, account_id, status, last_seq, body, ended_at)
  SELECT id, account_id, status, seq, data, now() FROM input WHERE seq = ${last}
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, last_seq = excluded.last_seq)
INSERT INTO bare_events (order_id, seq, account_id, event_id, status, data)
SELECT id, seq, account_id, event_id, status, data FROM input`

/** Orders that go through the same steps: their events and states by a bare `unnest`, nothing checked. Returns how they are written. */
export function bareEvents(pool: Pool, orders: number, steps: readonly string[]): () => Promise<void> {
  const account = randomUUID()
  const rows = Array.from({ length: orders }, () => randomUUID()).flatMap((id) =>
    steps.map((status, i) => ({ id, status, seq: i + 1 })),
  )
  const values = [
    rows.map(({ id }) => id),
    rows.map(() => account),
    rows.map(() => randomUUID()),
    rows.map(({ seq }) => seq),
    rows.map(({ status }) => status),
    rows.map(() => DATA),
  ]
  return async () => {
    await pool.query({ name: `bare-${steps.length}`, text: insertOf(steps.length), values })
  }
}
