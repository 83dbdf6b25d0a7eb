import { Prisma } from '../generated/client'
import { eventRows, fillRow, newAttemptRow, outcomeRow, stepRow } from './append-rows'
import type { OrderAppend } from './orders'
import { ATTEMPT_JSON, ORDER_JSON, toJson } from './rows'

/** `at`: when it was applied, by the clock of Postgres, epoch ms. `before`: the cursor before the first of the append's events. */
export type AppendedRow = readonly [
  id: string,
  at: string,
  before: string,
  /** Null where the writer knows the order; JSON as text, as the attempts. */
  order: string | null,
  attempts: string | null,
]

const asNumeric = (name: string) => `(w.set->>'${name}')::numeric`
const asText = (name: string) => `w.set->>'${name}'`
const asJson = (name: string) => `nullif(w.set->'${name}', 'null'::jsonb)`

/** The fields of the projection that a step may or may not set, null included, and how each is read. */
const SETTABLE = [
  ['min_output_amount', 'minOutputAmount', asNumeric],
  ['max_input_amount', 'maxInputAmount', asNumeric],
  ['route', 'route', asJson],
  ['input_used', 'inputUsed', asNumeric],
  ['output_amount', 'outputAmount', asNumeric],
  ['executed_price', 'executedPrice', asText],
  ['tx_hash', 'txHash', asText],
  ['fees', 'fees', (name: string) => `w.set->'${name}'`],
  ['failure', 'failure', asJson],
] as const

/** `SET column = ...` for what some step of the group sets. */
function assignments(appends: readonly OrderAppend[]): Prisma.Sql {
  const used = SETTABLE.filter(([, name]) => appends.some(({ changes }) => changes?.[name] !== undefined))
  return Prisma.raw(
    used
      .map(
        ([column, name, read]) =>
          `,\n    ${column} = CASE WHEN jsonb_exists(w.set, '${name}') THEN ${read(name)} ELSE o.${column} END`,
      )
      .join(''),
  )
}

const OPENED = Prisma.raw(`, opened AS (
  INSERT INTO triggers (order_id, account_id, last_seq, kind, input_mint, output_mint, swap_mode, amount, size_class,
    threshold, trailing_bps, opened_at, expires_at)
  SELECT o.id, o.account_id, o.last_seq, o.type, o.input_mint, o.output_mint, o.swap_mode, o.amount,
    length(o.amount::text) - 1, o.threshold, o.trailing_bps, now(), o.expires_at
  FROM steps w JOIN applied o ON o.id = w.order_id WHERE w.opens
)`)

const LEFT_OPEN = Prisma.raw(`, left_open AS (
  DELETE FROM triggers t USING steps w WHERE t.order_id = w.order_id AND w.leaves
)`)

function started(rows: readonly object[]): Prisma.Sql {
  return Prisma.sql`, started AS (
  INSERT INTO attempts (order_id, attempt, account_id, status, signature, signed_transaction, last_valid_block_height,
    genesis_hash, reference, venues, expected_amount, code, message, started_at, resolved_at, lease_owner, lease_until)
  SELECT t.order_id, t.attempt, w.account_id, t.status, t.signature, decode(t.signed_transaction, 'hex'),
    t.last_valid_block_height, t.genesis_hash, t.reference, t.venues, t.expected_amount, t.code, t.message, now(),
    CASE WHEN t.status = 'failed' THEN now() END, t.lease_owner, now() + t.lease_ms * interval '1 millisecond'
  FROM jsonb_to_recordset(${toJson(rows)}::jsonb) AS t(
    order_id uuid, attempt int, status attempt_status, signature text, signed_transaction text, last_valid_block_height bigint,
    genesis_hash text, reference text, venues text[], expected_amount numeric(20,0), code text, message text,
    lease_owner text, lease_ms int)
  JOIN steps w ON w.order_id = t.order_id
  RETURNING *
)`
}

function resolved(rows: readonly object[]): Prisma.Sql {
  return Prisma.sql`, resolved AS (
  UPDATE attempts a SET status = t.status, slot = t.slot, code = t.code, message = t.message, resolved_at = now(),
    lease_owner = NULL, lease_until = NULL
  FROM jsonb_to_recordset(${toJson(rows)}::jsonb)
    AS t(order_id uuid, attempt int, status attempt_status, slot bigint, code text, message text)
  JOIN steps w ON w.order_id = t.order_id
  WHERE a.order_id = t.order_id AND a.attempt = t.attempt
  RETURNING a.*
)`
}

function filled(rows: readonly object[]): Prisma.Sql {
  return Prisma.sql`, filled AS (
  INSERT INTO fills (order_id, attempt, signature, slot, input_mint, output_mint, input_amount, output_amount, price, fees, at)
  SELECT t.order_id, t.attempt, t.signature, t.slot, t.input_mint, t.output_mint, t.input_amount, t.output_amount, t.price,
    t.fees, now()
  FROM jsonb_to_recordset(${toJson(rows)}::jsonb) AS t(
    order_id uuid, attempt int, signature text, slot bigint, input_mint text, output_mint text,
    input_amount numeric(20,0), output_amount numeric(20,0), price text, fees jsonb)
  JOIN steps w ON w.order_id = t.order_id
)`
}

/** Answers with the orders that nobody knows, and their attempts as this statement leaves them. */
function readBack(
  starts: boolean,
  resolves: boolean,
): { readonly parts: Prisma.Sql; readonly from: Prisma.Sql } {
  return {
    parts: Prisma.sql`, attempts_now AS (
  SELECT a.* FROM steps w JOIN attempts a ON a.order_id = w.order_id AND a.attempt IS DISTINCT FROM w.resolved_attempt
    WHERE w.known_attempts IS NULL
  ${starts ? Prisma.raw('UNION ALL SELECT * FROM started') : Prisma.empty}
  ${resolves ? Prisma.raw('UNION ALL SELECT * FROM resolved') : Prisma.empty}
)`,
    from: Prisma.sql`SELECT o.id, o.at, o.base_cursor::bigint,
  CASE WHEN o.known_attempts IS NULL THEN ${ORDER_JSON} END, t.attempts
FROM applied o LEFT JOIN (
  SELECT a.order_id, json_agg(${ATTEMPT_JSON} ORDER BY a.attempt) AS attempts FROM attempts_now a GROUP BY 1
) t ON t.order_id = o.id`,
  }
}

const COMPUTED = Prisma.raw(`SELECT o.id, o.at, o.base_cursor::bigint, NULL::json, NULL::json FROM applied o`)

/**
 * Steps of different orders in one statement. Orders are locked in the order of their ids, which reads their latest state, and
 * a step whose order has moved on (`last_seq`, or for a new attempt `attempt_count`) drops out there. Then the accounts, in
 * order: whoever holds an account's row numbers its events, so that cursors have no gaps and appear in their order. The clock
 * of Postgres alone judges expiry: a step to `submitted` after an order's time, or to `expired` before it, drops out too.
 * (CASE keeps the planner from taking the comparison for a rare match, and with it from joining row by row.)
 * What no step of the group needs is left out: even an empty part costs its start.
 */
export function appendStatement(appends: readonly OrderAppend[]): Prisma.Sql {
  const steps = appends.map(stepRow)
  const starts = appends.flatMap(newAttemptRow)
  const outcomes = appends.flatMap(outcomeRow)
  const fills = appends.flatMap(fillRow)
  const back = appends.every(({ order }) => order !== undefined)
    ? null
    : readBack(starts.length > 0, outcomes.length > 0)
  const opens = steps.some((step) => step.opens)
  const when = (wanted: boolean, part: () => Prisma.Sql) => (wanted ? part() : Prisma.empty)
  return Prisma.sql`
WITH input AS (
  SELECT * FROM jsonb_to_recordset(${toJson(steps)}::jsonb) AS x(
    n int, order_id uuid, expected_seq int, event_count int, status order_status, phase text, ended boolean,
    opens boolean, leaves boolean, due_in_ms int, next_attempt int, resolved_attempt int, known_attempts int, set jsonb)
), locked AS MATERIALIZED (
  SELECT o.id, o.account_id, o.last_seq, o.attempt_count, coalesce(o.expires_at <= now(), false) AS overdue FROM orders o WHERE o.id IN (SELECT order_id FROM input)
  ORDER BY o.id FOR NO KEY UPDATE
), won AS MATERIALIZED (
  SELECT i.*, l.account_id, sum(i.event_count) OVER (PARTITION BY l.account_id ORDER BY i.n) - i.event_count AS ahead
  FROM input i JOIN locked l ON l.id = i.order_id
  WHERE CASE WHEN l.last_seq <> i.expected_seq OR l.attempt_count <> i.known_attempts THEN false
    WHEN i.status = 'submitted' AND l.overdue OR i.status = 'expired' AND NOT l.overdue THEN false
    ELSE i.next_attempt IS NULL OR i.next_attempt = l.attempt_count + 1 END
), held AS MATERIALIZED (
  SELECT a.id, a.account_seq FROM accounts a WHERE a.id IN (SELECT account_id FROM won)
  ORDER BY a.id FOR NO KEY UPDATE
), steps AS MATERIALIZED (
  SELECT w.*, h.account_seq + w.ahead AS base_cursor FROM won w JOIN held h ON h.id = w.account_id
), applied AS (
  UPDATE orders o SET
    last_seq = w.expected_seq + w.event_count,
    status = coalesce(w.status, o.status),
    phase = CASE WHEN w.event_count > 0 THEN w.phase ELSE o.phase END,
    attempt_count = coalesce(w.next_attempt, o.attempt_count),
    resting = coalesce(w.status, o.status) = 'open',
    run_after = now() + w.due_in_ms * interval '1 millisecond',
    updated_at = now(),
    ended_at = CASE WHEN w.ended THEN now() END${assignments(appends)}
  FROM steps w WHERE o.id = w.order_id
  RETURNING ${back || opens ? Prisma.raw('o.*') : Prisma.raw('o.id')}, w.base_cursor, w.known_attempts, (extract(epoch FROM o.updated_at) * 1000)::bigint AS at
), events AS (
  INSERT INTO order_events (order_id, seq, account_id, cursor, event_id, status, phase, data, at)
  SELECT w.order_id, w.expected_seq + e.idx, w.account_id, w.base_cursor + e.idx, e.event_id, e.status, e.phase, e.data, now()
  FROM jsonb_to_recordset(${toJson(appends.flatMap(eventRows))}::jsonb)
    AS e(order_id uuid, idx int, event_id uuid, status order_status, phase text, data jsonb)
  JOIN steps w ON w.order_id = e.order_id
), raised AS (
  UPDATE accounts a SET account_seq = t.last
  FROM (SELECT account_id, max(base_cursor + event_count) AS last FROM steps GROUP BY 1) t WHERE a.id = t.account_id
)${when(opens, () => OPENED)}${when(
    steps.some(({ leaves }) => leaves),
    () => LEFT_OPEN,
  )}${when(starts.length > 0, () => started(starts))}${when(outcomes.length > 0, () => resolved(outcomes))}${when(
    fills.length > 0,
    () => filled(fills),
  )}${back?.parts ?? Prisma.empty}
${back?.from ?? COMPUTED}`
}
