import { type Pool } from 'pg'
import { type NewRow } from './skeleton-store'

/*
 * What an order leaves in the engine's own tables, indexes and all: its row, five events with the account's cursors, the signed attempt
 * with its route, and the fill. What needs no value of its own is a constant of the statement.
 */

/** What a signature makes durable before the bytes are sent. */
export interface Submission extends Pick<NewRow, 'orderId' | 'accountId'> {
  readonly signature: string
  readonly transaction: Uint8Array
  readonly route: string
}

/** Cursors are dense for each account: its row is raised by as many events as the statement appends, in the order of ids. */
const cursorsOf = (events: number) => `
locked AS MATERIALIZED (
  SELECT a.id FROM accounts a WHERE a.id IN (SELECT account_id FROM input) ORDER BY a.id FOR UPDATE),
counted AS (
  UPDATE accounts a SET account_seq = a.account_seq + c.n * ${events}
  FROM (SELECT account_id, count(*) AS n FROM input GROUP BY 1) c, locked l WHERE a.id = c.account_id AND l.id = a.id
  RETURNING a.id AS account_id, a.account_seq - c.n * ${events} AS base),
numbered AS (
  SELECT i.*, c.base + ${events} * (row_number() OVER (PARTITION BY i.account_id ORDER BY i.id) - 1) AS base
  FROM input i JOIN counted c USING (account_id))`

const MARKET = `'market', 'So11111111111111111111111111111111111111112', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', 'ExactIn',
  10000000, 50, 1000, 'IOC', 'auto', 1000000`
const INSERT = `
WITH input AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS i(id, account_id, hash)), ${cursorsOf(1)},
created AS (
  INSERT INTO orders (id, account_id, body_hash, status, last_seq, run_after, type, input_mint, output_mint, swap_mode, amount,
    slippage_bps, max_price_impact_bps, time_in_force, priority_fee_mode, priority_fee_max_lamports)
  SELECT id, account_id, hash, 'pending', 1, now(), ${MARKET} FROM numbered)
INSERT INTO order_events (order_id, seq, account_id, cursor, event_id, status, data)
SELECT id, 1, account_id, base + 1, gen_random_uuid(), 'pending', '{}' FROM numbered`

const SUBMIT = `
WITH input AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::jsonb[])
    AS i(id, account_id, signature, bytes, route)), ${cursorsOf(3)},
moved AS (
  UPDATE orders o SET status = 'submitted', phase = 'waiting for the chain', last_seq = 4, attempt_count = 1, run_after = NULL,
    updated_at = now(), min_output_amount = 1, route = i.route, tx_hash = i.signature
  FROM input i WHERE o.id = i.id AND o.last_seq = 1),
attempted AS (
  INSERT INTO attempts (order_id, attempt, account_id, status, signature, signed_transaction, last_valid_block_height, genesis_hash,
    reference, venues, expected_amount)
  SELECT id, 1, account_id, 'submitted', signature, bytes, 1000, 'genesis', signature, '{meteora-sim}', 1 FROM input)
INSERT INTO order_events (order_id, seq, account_id, cursor, event_id, status, data)
SELECT n.id, s.seq, n.account_id, n.base + s.seq - 1, gen_random_uuid(), s.status::order_status,
  CASE WHEN s.seq = 4 THEN jsonb_build_object('attempt', 1, 'txHash', n.signature) ELSE '{}' END
FROM numbered n CROSS JOIN (VALUES (2, 'routing'), (3, 'building'), (4, 'submitted')) AS s(seq, status)`

const CONFIRM = `
WITH input AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS i(id, account_id, signature)), ${cursorsOf(1)},
moved AS (
  UPDATE orders o SET status = 'confirmed', phase = NULL, last_seq = 5, updated_at = now(), ended_at = now(), input_used = 10000000,
    output_amount = 1, executed_price = '154.94697', fees = '[{"kind": "network", "amount": "10000"}]'
  FROM input i WHERE o.id = i.id AND o.last_seq = 4),
resolved AS (
  UPDATE attempts a SET status = 'confirmed', slot = 1, resolved_at = now() FROM input i WHERE a.order_id = i.id AND a.attempt = 1),
filled AS (
  INSERT INTO fills (order_id, attempt, signature, slot, input_mint, output_mint, input_amount, output_amount, price, fees)
  SELECT id, 1, signature, 1, 'SOL', 'USDC', 10000000, 1, '154.94697', '[]' FROM input)
INSERT INTO order_events (order_id, seq, account_id, cursor, event_id, status, data)
SELECT id, 5, account_id, base + 1, gen_random_uuid(), 'confirmed', jsonb_build_object('txHash', signature) FROM numbered`

const FINALIZE = `UPDATE attempts SET finalized_at = now() WHERE order_id = ANY($1::uuid[]) AND attempt = 1`

/** The writes of an order that carries what the engine's do, a prepared statement for each group. */
export function createLadenStore(pool: Pool) {
  const run = async (name: string, text: string, values: unknown[]): Promise<void> => {
    await pool.query({ name, text, values })
  }
  return {
    insert: (rows: readonly NewRow[]) =>
      run('laden-insert', INSERT, [
        rows.map((r) => r.orderId),
        rows.map((r) => r.accountId),
        rows.map((r) => r.body),
      ]),
    submit: (rows: readonly Submission[]) =>
      run('laden-submit', SUBMIT, [
        rows.map((r) => r.orderId),
        rows.map((r) => r.accountId),
        rows.map((r) => r.signature),
        rows.map((r) => r.transaction),
        rows.map((r) => r.route),
      ]),
    confirm: (rows: readonly Submission[]) =>
      run('laden-confirm', CONFIRM, [
        rows.map((r) => r.orderId),
        rows.map((r) => r.accountId),
        rows.map((r) => r.signature),
      ]),
    finalize: (rows: readonly Submission[]) => run('laden-final', FINALIZE, [rows.map((r) => r.orderId)]),
  }
}
