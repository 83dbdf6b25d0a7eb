import { AppError, type NewOrder } from '@fillstream/core'
import { DEFAULT_LIFE_MS } from '@fillstream/types'
import { Prisma, type PrismaClient } from '../generated/client'
import { runByHalves } from './batcher'
import { created, type CreatedRow } from './created-order'
import type { ExistingOrder, InsertResult, Published } from './orders'
import { EPOCH_MS, toJson, toNews, toOrder } from './rows'
import { type StoreWriting } from './statements'

/** How long an idempotency key names its order. */
const KEY_LIFE = Prisma.raw(`interval '24 hours'`)
const DEFAULT_LIFE = Prisma.raw(`interval '${DEFAULT_LIFE_MS} milliseconds'`)
/** Every round frees keys that have lapsed; a key freed and taken by others this often in a row is not worth a fourth. */
const MAX_ROUNDS = 3

const text = (amount: bigint | null) => (amount === null ? null : amount.toString())

function rowOf(order: NewOrder, n: number) {
  return {
    n,
    id: order.id,
    account_id: order.accountId,
    client_order_id: order.clientOrderId,
    idempotency_key: order.idempotencyKey,
    body_hash: order.bodyHash,
    type: order.type,
    input_mint: order.inputMint,
    output_mint: order.outputMint,
    swap_mode: order.swapMode,
    amount: order.amount.toString(),
    slippage_bps: order.slippageBps,
    max_price_impact_bps: order.maxPriceImpactBps,
    time_in_force: order.timeInForce,
    expires_at: order.expiresAt,
    limit_price: order.limitPrice,
    price_unit: order.priceUnit,
    threshold: text(order.threshold),
    trailing_bps: order.trailingBps,
    sniper: order.sniper,
    min_output_amount: text(order.minOutputAmount),
    max_input_amount: text(order.maxInputAmount),
    priority_fee_mode: order.priorityFee.mode,
    priority_fee_max_lamports: order.priorityFee.maxLamports.toString(),
    event_id: order.eventId,
  }
}

/**
 * Orders, their first events and the accounts' cursors in one statement. Accounts are locked first and in order, so that
 * neither two of these wait for each other, nor one for a key that another is just inserting. Within an account, who came first
 * has the key and the lower cursor.
 */
function statement(orders: readonly NewOrder[]): Prisma.Sql {
  return Prisma.sql`
WITH input AS (
  SELECT * FROM jsonb_to_recordset(${toJson(orders.map(rowOf))}::jsonb) AS x(
    n int, id uuid, account_id uuid, client_order_id text, idempotency_key text, body_hash text, type text,
    input_mint text, output_mint text, swap_mode text, amount numeric(20,0), slippage_bps int, max_price_impact_bps int,
    time_in_force text, expires_at timestamptz, limit_price text, price_unit text, threshold numeric(20,0), trailing_bps int,
    sniper jsonb, min_output_amount numeric(20,0), max_input_amount numeric(20,0), priority_fee_mode text,
    priority_fee_max_lamports numeric(20,0), event_id uuid)
), held AS MATERIALIZED (
  SELECT a.id, a.account_seq FROM accounts a WHERE a.id IN (SELECT account_id FROM input)
  ORDER BY a.id FOR NO KEY UPDATE
), created AS (
  INSERT INTO orders AS o (
    id, account_id, client_order_id, idempotency_key, body_hash, type, status, input_mint, output_mint, swap_mode, amount,
    slippage_bps, max_price_impact_bps, time_in_force, expires_at, limit_price, price_unit, threshold, trailing_bps, sniper,
    min_output_amount, max_input_amount, priority_fee_mode, priority_fee_max_lamports, last_seq, run_after,
    created_at, updated_at)
  SELECT i.id, i.account_id, i.client_order_id, i.idempotency_key, i.body_hash, i.type, 'pending', i.input_mint, i.output_mint,
    i.swap_mode, i.amount, i.slippage_bps, i.max_price_impact_bps, i.time_in_force,
    coalesce(i.expires_at, CASE WHEN i.time_in_force = 'GTD' THEN now() + ${DEFAULT_LIFE} END), i.limit_price, i.price_unit,
    i.threshold, i.trailing_bps, nullif(i.sniper, 'null'::jsonb), i.min_output_amount, i.max_input_amount,
    i.priority_fee_mode, i.priority_fee_max_lamports, 1, now(), now(), now()
  FROM input i JOIN held h ON h.id = i.account_id
  WHERE i.expires_at IS NULL OR i.expires_at > now()
  ORDER BY i.n
  ON CONFLICT DO NOTHING
  RETURNING o.id, o.account_id, o.created_at, o.expires_at
), numbered AS MATERIALIZED (
  SELECT c.id, c.account_id, h.account_seq + row_number() OVER (PARTITION BY c.account_id ORDER BY i.n) AS cursor,
    i.event_id
  FROM created c JOIN input i ON i.id = c.id JOIN held h ON h.id = c.account_id
), events AS (
  INSERT INTO order_events (order_id, seq, account_id, cursor, event_id, status, data, at)
  SELECT id, 1, account_id, cursor, event_id, 'pending', '{}', now() FROM numbered
), raised AS (
  UPDATE accounts a SET account_seq = t.last FROM (SELECT account_id, max(cursor) AS last FROM numbered GROUP BY 1) t
  WHERE a.id = t.account_id
)
SELECT o.id, n.cursor, ${EPOCH_MS('o.created_at')}, ${EPOCH_MS('o.expires_at')}
FROM created o JOIN numbered n ON n.id = o.id`
}

interface Holder {
  readonly wanted: string
  /** `expiry`: nobody holds anything, the order's time is over. */
  readonly by: 'orderId' | 'idempotencyKey' | 'clientOrderId' | 'expiry'
  readonly id: string
  readonly lapsed: boolean
}

/** Who holds what these orders ran into. An earlier order's key that has lapsed is reported as such. */
function findHolders(client: PrismaClient, orders: readonly NewOrder[]): Promise<Holder[]> {
  return client.$queryRaw<Holder[]>(Prisma.sql`
WITH input AS (
  SELECT * FROM jsonb_to_recordset(${toJson(orders.map(rowOf))}::jsonb)
    AS x(id uuid, account_id uuid, client_order_id text, idempotency_key text, expires_at timestamptz)
)
SELECT i.id AS wanted, 'orderId' AS by, o.id, false AS lapsed FROM input i JOIN orders o ON o.id = i.id
UNION ALL
SELECT i.id, 'idempotencyKey', o.id, o.created_at < now() - ${KEY_LIFE}
  FROM input i JOIN orders o ON o.account_id = i.account_id AND o.idempotency_key = i.idempotency_key
UNION ALL
SELECT i.id, 'clientOrderId', o.id, false
  FROM input i JOIN orders o ON o.account_id = i.account_id AND o.client_order_id = i.client_order_id
UNION ALL
SELECT i.id, 'expiry', i.id, false FROM input i WHERE i.expires_at <= now()`)
}

async function freeLapsedKeys(client: PrismaClient, orderIds: readonly string[]): Promise<void> {
  await client.$executeRaw(Prisma.sql`
UPDATE orders SET idempotency_key = NULL WHERE id IN (
  SELECT id FROM orders WHERE id = ANY(${orderIds}::uuid[]) AND created_at < now() - ${KEY_LIFE} ORDER BY id FOR NO KEY UPDATE)`)
}

/** The order with its first event, as it was told when it was new. */
export async function lookupNewOrder(client: PrismaClient, orderId: string): Promise<Published | null> {
  const row = await client.order.findUnique({
    where: { id: orderId },
    include: { attempts: { orderBy: { attempt: 'asc' } }, events: { where: { seq: 1 } } },
  })
  return row && { order: toOrder(row), news: row.events.map(toNews) }
}

async function existing(
  client: PrismaClient,
  orderId: string,
  by: ExistingOrder['by'],
): Promise<ExistingOrder> {
  const row = await client.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { attempts: { orderBy: { attempt: 'asc' } } },
  })
  return { outcome: 'existing', by, order: toOrder(row), bodyHash: row.bodyHash }
}

function expiredAlready(): AppError {
  const message = 'must lie in the future'
  return new AppError('VALIDATION_FAILED', `expiresAt ${message}`, {
    errors: [{ path: 'expiresAt', code: 'custom', message }],
  })
}

/** Whom an order really runs into; a key that has lapsed holds nothing. */
function holderOf(holders: readonly Holder[], order: Pick<NewOrder, 'id'>): Holder | undefined {
  const mine = holders.filter(({ wanted }) => wanted === order.id)
  return (
    mine.find(({ by }) => by === 'orderId') ??
    mine.find(({ by, lapsed }) => by === 'idempotencyKey' && !lapsed) ??
    (mine.some(({ lapsed }) => lapsed)
      ? undefined
      : (mine.find(({ by }) => by === 'clientOrderId') ?? mine.find(({ by }) => by === 'expiry')))
  )
}

/** The earlier order whose key or client id this one has; null where it would be new. */
export async function lookupExisting(client: PrismaClient, order: NewOrder): Promise<ExistingOrder | null> {
  if (order.idempotencyKey === null && order.clientOrderId === null) return null
  const holders = (await findHolders(client, [order])).filter(({ lapsed }) => !lapsed)
  const holder = holderOf(holders, order)
  return holder?.by === 'idempotencyKey' || holder?.by === 'clientOrderId'
    ? existing(client, holder.id, holder.by)
    : null
}

/** One result per order that ran into something; those absent are worth another round, their way being free now. */
async function settleConflicts(
  client: PrismaClient,
  orders: readonly NewOrder[],
): Promise<Map<string, InsertResult | Error>> {
  const holders = await findHolders(client, orders)
  const settled = new Map<string, InsertResult | Error>()
  // A hundred twins have one holder, which is read once.
  const read = new Map<string, ExistingOrder>()
  for (const order of orders) {
    const holder = holderOf(holders, order)
    if (holder?.by === 'orderId') {
      const own = await lookupNewOrder(client, order.id)
      if (own) settled.set(order.id, { outcome: 'created', ...own })
    } else if (holder?.by === 'expiry') {
      settled.set(order.id, expiredAlready())
    } else if (holder) {
      const name = `${holder.by} ${holder.id}`
      const found = read.get(name) ?? (await existing(client, holder.id, holder.by))
      read.set(name, found)
      settled.set(order.id, found)
    }
  }
  const lapsed = holders.filter((holder) => holder.lapsed).map(({ id }) => id)
  if (lapsed.length > 0) await freeLapsedKeys(client, lapsed)
  return settled
}

/** Inserts what can be inserted and says of the rest what it ran into. One result per order, in the order given. */
export async function insertOrders(
  { client, statements, persist }: StoreWriting,
  orders: readonly NewOrder[],
): Promise<(InsertResult | Error)[]> {
  const insert = async (part: readonly NewOrder[]): Promise<(InsertResult | Error)[]> => {
    const results = new Map<string, InsertResult | Error>()
    const wanted = new Map(part.map((order) => [order.id, order]))
    let open = part
    for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) {
      const rows = await persist.run(() => statements.rows<CreatedRow>(statement(open)))
      for (const row of rows) results.set(row[0], created(wanted.get(row[0]) as NewOrder, row))
      open = open.filter(({ id }) => !results.has(id))
      if (open.length === 0) break
      const conflicts = await persist.run(() => settleConflicts(client, open))
      for (const [id, result] of conflicts) results.set(id, result)
      open = open.filter(({ id }) => !results.has(id))
    }
    const missing = open[0]
    if (missing)
      throw new AppError(
        'INTERNAL',
        `order ${missing.id} was not inserted: is there an account ${missing.accountId}?`,
      )
    return part.map(({ id }) => results.get(id) as InsertResult | Error)
  }
  return runByHalves(orders, insert, persist.isFaultOfOne)
}
