import { findToken } from '@fillstream/types'
import { execute } from './database'
import { postRequest, sendLoad } from './http-load'
import { type Followers, type Trader } from './traders'

/** The order that benches place: a hundredth of a SOL. */
export const ORDER = { type: 'market', inputMint: 'SOL', outputMint: 'USDC', amount: '10000000' } as const
const mintOf = (symbol: string) => findToken(symbol)?.mint ?? symbol
/** Those of the order, spelt out. */
export const MINTS = { inputMint: mintOf(ORDER.inputMint), outputMint: mintOf(ORDER.outputMint) }
/** Of the engine, which knows symbols, and of the yardsticks, which don't. */
export const ENGINE_BODY = JSON.stringify(ORDER)
export const YARDSTICK_BODY = JSON.stringify({ ...ORDER, ...MINTS })

/** Where orders are placed, and where it shows that they are confirmed. */
export interface Exchange {
  /** Of the POST. */
  readonly url: string
  /** In turn. */
  readonly bodies: readonly string[]
  readonly traders: readonly Trader[]
  readonly followers: Followers
  /** The database, and its table of orders. */
  readonly database: string
  readonly table: string
}

type Door = Pick<Exchange, 'url' | 'bodies' | 'traders'>

/** The bytes of an order of each trader and kind. */
function orderRequests({ url, bodies, traders }: Door): readonly Buffer[] {
  return bodies.flatMap((body) =>
    traders.map(({ accountId, apiKey }) =>
      postRequest(url, { authorization: `Bearer ${apiKey}`, 'x-account': accountId }, body),
    ),
  )
}

export interface Placed {
  /** Orders a second: of the 202s, and from the first acceptance to the last commit of `confirmed`. */
  readonly accepted: number
  readonly confirmed: number
  /** From the intended start of each POST to its 202, ms. */
  readonly acceptMs: readonly number[]
  /** From the acceptance of each order to the commit of its end, ms, by the clock of Postgres. */
  readonly confirmMs: readonly number[]
}

export interface Pace {
  readonly connections: number
  /** Open loop; left out: as fast as the connections allow. */
  readonly ratePerSecond?: number
}

/** Sends orders of all traders in turn; every one must be accepted. */
export async function sendOrders(
  exchange: Door,
  orders: number,
  pace: Pace,
): Promise<Pick<Placed, 'accepted' | 'acceptMs'>> {
  const requests = orderRequests(exchange)
  const { latencies, seconds } = await sendLoad({
    url: exchange.url,
    ...pace,
    total: orders,
    request: (n) => requests[n % requests.length] as Buffer,
    status: 202,
  })
  return { accepted: orders / seconds, acceptMs: latencies }
}

/** Places orders and waits until each is confirmed; every one must be. */
export async function place(exchange: Exchange, orders: number, pace: Pace): Promise<Placed> {
  const { followers, database, table } = exchange
  const reached = followers.reach(followers.confirmed() + orders)
  reached.catch(() => undefined)
  const [{ since }] = (await execute<{ since: string }>(database, `SELECT now()::text AS since`)) as [
    { since: string },
  ]
  const sent = await sendOrders(exchange, orders, pace)
  await reached
  const rows = await execute<{ created: number; ended: number }>(
    database,
    `SELECT extract(epoch FROM created_at)::float * 1000 AS created, extract(epoch FROM ended_at)::float * 1000 AS ended
     FROM ${table} WHERE created_at > $1::timestamptz AND ended_at IS NOT NULL`,
    [since],
  )
  if (rows.length < orders) throw new Error(`${rows.length} of ${orders} have ended`)
  const first = rows.reduce((least, { created }) => Math.min(least, created), Infinity)
  const last = rows.reduce((most, { ended }) => Math.max(most, ended), 0)
  return {
    ...sent,
    confirmed: (orders * 1_000) / (last - first),
    confirmMs: rows.map(({ created, ended }) => ended - created),
  }
}

/** Statistics as a database has them that has run for a minute: plans made for empty tables would be kept. */
export async function analyze({ database }: Pick<Exchange, 'database'>): Promise<void> {
  await execute(database, 'ANALYZE')
}

/** Orders that nobody counts: code compiled, connections open, statistics there. */
export async function warmUp(exchange: Exchange, orders: number): Promise<void> {
  await place(exchange, orders, { connections: 64 })
  await analyze(exchange)
}
