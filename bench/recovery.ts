import { execute } from './measure/database'
import { SERVICES, usageByService } from './measure/engine'
import { place, sendOrders, warmUp, type Exchange } from './measure/placing'
import { beside, inMiB, median, perSecond, print, report, type Row } from './measure/report'
import { readArguments, runBench } from './measure/run-bench'
import { openEngine } from './measure/systems'
import { type Stack } from '../tests/support/stack'
import { usageOf } from './measure/usage'

/*
 * order-worker stops, a backlog gathers, it starts again: how fast it is worked off beside orders that come while it runs, in the same
 * run on the chain that lands at once. And how long each service takes from its start to ready. `pnpm bench recovery [orders] [rounds]`
 */
const PACE = { connections: 64 }
const READY_MS = 1_500

async function main(): Promise<void> {
  const { orders, rounds } = readArguments({
    orders: { full: 20_000, quick: 2_000 },
    rounds: { full: 3, quick: 1 },
  })
  const { stack, exchange, close } = await openEngine({ chain: 'instant' })
  try {
    const pipelined = Math.ceil(orders / 5)
    await warmUp(exchange, Math.ceil(pipelined / 2))
    const pipeline = async () => {
      const { confirmed } = await place(exchange, pipelined, PACE)
      print(`  pipeline: ${perSecond(confirmed)}`)
      return confirmed
    }
    // Before and after, so that a machine that grows slower or faster meanwhile favours none.
    const before = await pipeline()
    const recovered = await recover(stack, exchange, orders)
    const normal = (before + (await pipeline())) / 2
    report('recovery', [
      beside(
        `${orders} orders of backlog, worked off`,
        recovered.rate,
        { name: 'pipeline', value: normal },
        { format: perSecond, atLeast: 0.7 },
      ),
      { what: 'from the start of order-worker to the last confirmed', value: inSeconds(recovered.allMs) },
      { what: 'to 99 % of them', value: inSeconds(recovered.mostMs) },
      ...(await starts(stack, rounds)),
    ])
  } finally {
    await close()
  }
}

const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`

interface Recovery {
  /** Orders a second, from the first step to the last end. */
  readonly rate: number
  /** From the start of the process to the end of all, and of 99 in 100. */
  readonly allMs: number
  readonly mostMs: number
}

async function recover(stack: Stack, exchange: Exchange, orders: number): Promise<Recovery> {
  const { followers } = exchange
  await stack.stop('order-worker')
  const reached = followers.reach(followers.confirmed() + orders)
  reached.catch(() => undefined)
  const { accepted } = await sendOrders(exchange, orders, PACE)
  print(`  ${orders} accepted without order-worker, ${perSecond(accepted)}`)
  const query = <Result>(text: string, values: unknown[] = []) =>
    execute<Result>(stack.urls.database, text, values).then(([row]) => row as Result)
  const { now: since } = await query<{ now: string }>('SELECT now()::text')
  await stack.restart('order-worker')
  await reached
  const { first, most, all, ended } = await query<Record<'first' | 'most' | 'all' | 'ended', number>>(
    `WITH since AS (SELECT $1::timestamptz AS at)
     SELECT (SELECT min(extract(epoch FROM e.at - since.at)) FROM order_events e, since
              WHERE e.at > since.at AND e.status = 'routing')::float * 1000 AS first,
            percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM o.ended_at - since.at))::float * 1000 AS most,
            max(extract(epoch FROM o.ended_at - since.at))::float * 1000 AS all, count(*)::int AS ended
     FROM orders o, since WHERE o.ended_at > since.at`,
    [since],
  )
  if (ended !== orders) throw new Error(`${ended} of ${orders} have ended`)
  print(`  worked off in ${inSeconds(all - first)}, the first step ${inSeconds(first)} after the start`)
  return { rate: (orders * 1_000) / (all - first), allMs: all, mostMs: most }
}

/** From the start of each process to `200` at /readyz, and what it holds in memory, idle and after the load. */
async function starts(stack: Stack, rounds: number): Promise<Row[]> {
  const loaded = await usageByService(stack)
  const rows: Row[] = []
  for (const name of SERVICES) {
    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      await stack.stop(name)
      const began = performance.now()
      await stack.restart(name)
      times.push(performance.now() - began)
    }
    const took = median(times)
    const idle = usageOf(await stack.pid(name)).residentBytes
    const after = loaded.get(name)?.residentBytes ?? Number.NaN
    rows.push({
      what: `start of ${name} to ready`,
      value: `${inSeconds(took)}; RSS ${inMiB(idle)}, after the load ${inMiB(after)}`,
      target: `<= ${inSeconds(READY_MS)}`,
      met: took <= READY_MS,
    })
  }
  return rows
}

runBench(main)
