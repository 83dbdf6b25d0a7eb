import { Redis } from 'ioredis'
import { startEngine } from './measure/engine'
import { getRequest, postRequest, sendLoad } from './measure/http-load'
import { percentile, print, report } from './measure/report'
import { query } from '../tests/support/api'
import { type Stack } from '../tests/support/stack'
import { readArguments, runBench } from './measure/run-bench'
import { createTraders, follow, type Trader } from './measure/traders'

/*
 * Many orders in a row on the instant chain: whether the last tenth is as fast as the first, what Redis has come to hold, and what a page of
 * the history costs over all of them. `pnpm bench endurance [orders]` (a million for the real one)
 */
const ACCOUNTS = 16
const CONNECTIONS = 64
/** Orders placed and not yet confirmed at most, so that the rate is the engine's and not a backlog's. */
const SLICE = 5_000
const PAGES = 1_000

async function main(): Promise<void> {
  const { orders } = readArguments({ orders: { full: 30_000, quick: 10_000 } })
  const stack = await startEngine({ chain: 'instant' })
  try {
    const traders = await createTraders(stack.urls.database, ACCOUNTS)
    const followers = await follow(traders, () => `${stack.urls.stream}/v1/stream`, {
      type: 'subscribe',
      channel: 'orders',
    })
    const requests = traders.map(({ apiKey }) => request(stack, apiKey))
    const memory: number[] = []
    for (let done = 0; done < orders; done += SLICE) {
      const count = Math.min(SLICE, orders - done)
      const reached = followers.reach(done + count)
      reached.catch(() => undefined)
      await sendLoad({
        url: stack.urls.gateway,
        connections: CONNECTIONS,
        total: count,
        request: (n) => requests[n % requests.length] as Buffer,
        status: 202,
      })
      await reached
      memory.push(await redisBytes())
      print(`  ${done + count} orders, Redis holds ${(memory.at(-1) ?? 0) >> 20} MiB`)
    }
    followers.close()
    const tenths = await ratesByTenth(stack)
    const history = await pageHistory(stack, traders)
    const first = (tenths[1] ?? tenths[0]) as number
    const last = tenths.at(-1) as number
    report('endurance', [
      {
        what: `orders a second, tenths of ${orders}`,
        value: tenths.map((rate) => Math.round(rate)).join(' '),
      },
      {
        what: 'last tenth (the first warms up: against the second)',
        value: `${Math.round(last)}/s`,
        ratio: last / first,
        against: 'the second',
        target: '>= 0.9',
        met: last / first >= 0.9,
      },
      {
        what: 'Redis, half way and at the end',
        value: `${Math.round((memory[Math.floor(memory.length / 2)] ?? 0) / 2 ** 20)} and ${Math.round((memory.at(-1) ?? 0) / 2 ** 20)} MiB`,
      },
      {
        what: 'page of 50 of the history, p99',
        value: `${history.p99.toFixed(1)} ms`,
        target: '<= 20 ms',
        met: history.p99 <= 20,
      },
      {
        what: 'sequential scans of orders meanwhile',
        value: String(history.scans),
        target: '0',
        met: history.scans === 0,
      },
    ])
  } finally {
    await stack.close()
  }
}

function request(stack: Stack, apiKey: string): Buffer {
  const body = JSON.stringify({ type: 'market', inputMint: 'SOL', outputMint: 'USDC', amount: '10000000' })
  return postRequest(`${stack.urls.gateway}/v1/orders`, { authorization: `Bearer ${apiKey}` }, body)
}

async function redisBytes(): Promise<number> {
  const redis = new Redis(process.env['TEST_REDIS_URL'] as string)
  try {
    return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  } finally {
    redis.disconnect()
  }
}

/** Confirmed orders a second in each tenth of them, in the order in which they ended. */
async function ratesByTenth(stack: Stack): Promise<number[]> {
  const rows = await query<{ rate: number }>(
    stack,
    `SELECT count(*) / extract(epoch FROM max(ended_at) - min(ended_at))::float AS rate
     FROM (SELECT ended_at, ntile(10) OVER (ORDER BY ended_at) AS tenth FROM orders WHERE ended_at IS NOT NULL) t
     GROUP BY tenth ORDER BY tenth`,
  )
  return rows.map(({ rate }) => rate)
}

/** Reads pages one behind the other, through the whole history of one account and then the next. */
async function pageHistory(
  stack: Stack,
  traders: readonly Trader[],
): Promise<{ p99: number; scans: number }> {
  await query(stack, 'ANALYZE')
  const before = await scans(stack)
  let reader = 0
  let cursor: string | null = null
  const { latencies } = await sendLoad({
    url: stack.urls.gateway,
    connections: 1,
    total: PAGES,
    request() {
      const { apiKey } = traders[reader % traders.length] as Trader
      const behind = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      return getRequest(`${stack.urls.gateway}/v1/orders?limit=50${behind}`, {
        authorization: `Bearer ${apiKey}`,
      })
    },
    status: 200,
    onAnswer(body) {
      // Not parsed: what the reader would throw away shows in its times.
      cursor = /"nextCursor":"([^"]+)"/.exec(body)?.[1] ?? null
      if (cursor === null) reader += 1
    },
  })
  return { p99: percentile(latencies, 0.99), scans: (await scans(stack)) - before }
}

async function scans(stack: Stack): Promise<number> {
  await query(stack, 'SELECT pg_stat_force_next_flush()')
  const [row] = await query<{ seq_scan: string }>(
    stack,
    `SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'orders'`,
  )
  return Number(row?.seq_scan ?? 0)
}

/** A million orders take the better part of an hour. */
runBench(main, 4 * 3_600)
