import { canTransition, isTerminal } from '@fillstream/core'
import { type OrderStatus, type OrderView } from '@fillstream/types'
import { createApi, landedSettlements, query, type Api } from '../support/api'
import { type Stack } from '../support/stack'
import { eventually } from '../support/store'
import { type PlacedOrder, type Trader } from './trader'

/** What became of some orders; everything that must not be is a line of `wrong`. */
export interface CrashAudit {
  readonly confirmed: number
  readonly failed: number
  readonly cancelled: number
  readonly landedTwice: number
  readonly gaps: number
  readonly wrong: readonly string[]
}

interface OrderRow {
  readonly id: string
  readonly key: string
  readonly status: OrderStatus
  readonly seqs: readonly number[]
  readonly statuses: readonly OrderStatus[]
}

/** How long a service that was killed and started again may take to finish what was under way. */
const RECOVERY_MS = 30_000

const ORDERS = `
  select o.id, o.idempotency_key as key, o.status,
         coalesce(array_agg(e.seq order by e.seq) filter (where e.seq is not null), '{}') as seqs,
         coalesce(array_agg(e.status::text order by e.seq) filter (where e.seq is not null), '{}') as statuses
  from orders o left join order_events e on e.order_id = o.id
  where o.idempotency_key = any($1) group by o.id`

/** Resolves when all orders that these keys lead to have ended; fails with those that have not. */
export async function allEnded(stack: Stack, placed: readonly PlacedOrder[]): Promise<void> {
  await eventually(async () => {
    const rows = await query<OrderRow>(stack, ORDERS, [placed.map(({ key }) => key)])
    expect(rows.filter(({ status }) => !isTerminal(status))).toEqual([])
  }, RECOVERY_MS)
}

/** Audits orders that have all ended, by what the API, Postgres, the chain and the trader's stream say. */
export async function auditOrders(
  stack: Stack,
  trader: Trader,
  placed: readonly PlacedOrder[],
): Promise<CrashAudit> {
  const api = createApi(stack)
  const rows = await query<OrderRow>(stack, ORDERS, [placed.map(({ key }) => key)])
  const { wallet } = await api.get<{ wallet: string }>('/v1/account')
  const landed = await landedSettlements(stack, wallet)
  const ofKey = (key: string) => rows.filter((row) => row.key === key)
  const found = await Promise.all([
    ...placed.map((order) => wrongWithAnswers(trader, order, ofKey(order.key))),
    ...rows.map((row) => wrongWithOrder(api, row, landed.get(row.id) ?? 0)),
    wrongWithAccount(stack, trader),
  ])
  const count = (status: OrderStatus) => rows.filter((row) => row.status === status).length
  return {
    confirmed: count('confirmed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    landedTwice: rows.filter(({ id }) => (landed.get(id) ?? 0) > 1).length,
    gaps: rows.filter((row) => hasGap(row.seqs)).length,
    wrong: found.flat(),
  }
}

/** What the trader was told, and what its key leads to. */
async function wrongWithAnswers(
  trader: Trader,
  { key, orderId, cancel }: PlacedOrder,
  rows: readonly OrderRow[],
): Promise<string[]> {
  const wrong: string[] = []
  const status = rows[0]?.status
  if (rows.length !== 1 || rows[0]?.id !== orderId)
    wrong.push(`${key} led to ${orderId} and has the orders ${rows.map(({ id }) => id).join()}`)
  if (cancel === 'cancelled' && status !== 'cancelled')
    wrong.push(`${orderId} was answered to be cancelled and is ${status}`)
  if (cancel === 'too late' && status === 'cancelled')
    wrong.push(`${orderId} is cancelled, after the answer that this is too late`)
  if ((await trader.placeAgain(key)) !== orderId) wrong.push(`${key} leads to another order now`)
  return wrong
}

/** The order's row, its events, what the API shows of it, and how often it landed with success. */
async function wrongWithOrder(api: Api, row: OrderRow, landed: number): Promise<string[]> {
  const { id, status, seqs } = row
  const wrong = wrongWithEvents(row)
  if (landed !== (status === 'confirmed' ? 1 : 0)) wrong.push(`${id} is ${status} and landed ${landed} times`)
  const [shown, events] = await Promise.all([shownAs(api, id, status), api.events(id)])
  if (shown.status !== status) wrong.push(`${id} is shown as ${shown.status}, it is ${status}`)
  if (events.map(({ seq }) => seq).join() !== seqs.join())
    wrong.push(`${id} shows the events ${events.map(({ seq }) => seq).join()}`)
  const { outputAmount, minOutputAmount } = shown
  if (outputAmount !== null && BigInt(outputAmount) < BigInt(minOutputAmount ?? 0))
    wrong.push(`${id} gave ${outputAmount}, promised were ${minOutputAmount}`)
  return wrong
}

/** The order as the API shows it: the copy that it reads may be behind until the news is told again. */
async function shownAs(api: Api, orderId: string, status: OrderStatus): Promise<OrderView> {
  try {
    return await eventually(async () => {
      const shown = await api.order(orderId)
      expect(shown.status).toBe(status)
      return shown
    })
  } catch {
    return api.order(orderId)
  }
}

const hasGap = (numbers: readonly number[]) => numbers.some((number, i) => number !== i + 1)

function wrongWithEvents({ id, status, seqs, statuses }: OrderRow): string[] {
  const wrong: string[] = []
  if (hasGap(seqs)) wrong.push(`${id} has the events ${seqs.join()}`)
  if (statuses[0] !== 'pending') wrong.push(`${id} began as ${statuses[0]}`)
  if (statuses.at(-1) !== status) wrong.push(`${id} is ${status}, its last event says ${statuses.at(-1)}`)
  if (statuses.filter(isTerminal).length !== 1) wrong.push(`${id} went ${statuses.join()}`)
  statuses.slice(1).forEach((next, i) => {
    const before = statuses[i] as OrderStatus
    if (!canTransition(before, next)) wrong.push(`${id} went from ${before} to ${next}`)
  })
  return wrong
}

/** Cursors are dense, and the stream brings each of them once and in order. */
async function wrongWithAccount(stack: Stack, trader: Trader): Promise<string[]> {
  const events = await query<{ cursor: number; order_id: string; seq: number }>(
    stack,
    'select cursor::int, order_id, seq from order_events order by cursor',
  )
  const [account] = await query<{ cursor: number }>(stack, 'select account_seq::int as cursor from accounts')
  const wrong: string[] = []
  if (hasGap(events.map(({ cursor }) => cursor)) || account?.cursor !== events.length)
    wrong.push(`the account stands at ${account?.cursor} with ${events.length} events`)
  const written = events.map(({ cursor, order_id, seq }) => `${cursor} ${order_id} ${seq}`)
  const heard = () => trader.heard.map(({ cursor, orderId, seq }) => `${cursor} ${orderId} ${seq}`)
  try {
    await eventually(() => expect(heard().length).toBeGreaterThanOrEqual(written.length))
  } catch {
    wrong.push(`the stream brought ${trader.heard.length} of ${written.length} events`)
  }
  const odd = heard().findIndex((line, i) => line !== written[i])
  if (odd >= 0) wrong.push(`the stream brought "${heard()[odd]}" as event ${odd + 1}, not "${written[odd]}"`)
  return wrong
}
