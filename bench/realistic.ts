import { setTimeout as delay } from 'node:timers/promises'
import { execute } from './measure/database'
import { usageByService } from './measure/engine'
import { analyze, ORDER, place, sendOrders } from './measure/placing'
import { beside, inMs, percentile, perSecond, print, report } from './measure/report'
import { closeAll, readArguments, runBench } from './measure/run-bench'
import { openLoneChain } from './measure/settling'
import { openEngine, openUsual } from './measure/systems'
import { usedByProcess } from './measure/usage'
import { fund, walletOf } from '../tests/support/wallets'

/*
 * The delays of `npm start` on localnet, with orders that come whatever the engine does, at a rate that rises until it can't keep up:
 * beside the rate at which localnet alone settles, and the usual way with the same delays. `pnpm bench realistic [seconds of a step]`
 */
const [LONGEST_DELAY_MS, QUOTE_DELAY_MS, SLOT_MS] = [5_000, 200, 400]
const DELAYS = {
  SIM_CONFIRM_DELAY_MS: `2000-${LONGEST_DELAY_MS}`,
  SIM_QUOTE_DELAY_MS: String(QUOTE_DELAY_MS),
  SIM_SLOT_MS: String(SLOT_MS),
  SIM_LAUNCH_EVERY_MS: '60000',
}
/** p99 from acceptance to confirmed. */
const TARGET_MS = LONGEST_DELAY_MS + 1_000
/**
 * What is simulated takes at most as long as all of it together: the venues' answers, the longest delay, the slot that is waited for,
 * and the one that confirms it. A rate whose p99 is more than a second above that is not kept up with.
 */
const SIMULATED_MS = QUOTE_DELAY_MS + LONGEST_DELAY_MS + 2 * SLOT_MS
const KEEPS_UP_MS = SIMULATED_MS + 1_000
/** After the last order of a step is due at the latest. */
const GIVES_UP_MS = 30_000
const CONNECTIONS = 64

async function main(): Promise<void> {
  const { seconds, from, settlements, usual } = readArguments({
    seconds: { full: 8, quick: 6 },
    /** Orders a second of the first step. */
    from: { full: 60, quick: 60 },
    settlements: { full: 2_000, quick: 1_000 },
    usual: { full: 30, quick: 20 },
  })
  const before = await chainAlone(settlements)
  const usualRate = await usualWay(usual)
  const { knee, below } = await withEngine(async (running) => {
    const knee = await findKnee(running, from, seconds)
    return { knee, below: await step(running, knee.ratePerSecond * 0.8, seconds * 1.5) }
  })
  const after = await chainAlone(settlements)
  const bare = await chainLatency(seconds)
  report('realistic', [
    beside(
      `knee: the most orders/s with a p99 <= ${KEEPS_UP_MS} ms`,
      knee.ratePerSecond,
      { name: 'localnet alone', value: (before + after) / 2 },
      { format: perSecond, atLeast: 0.5 },
    ),
    beside(
      'that beside the usual way, 2-5 s delays',
      knee.ratePerSecond,
      { name: 'usual', value: usualRate },
      { format: (value) => `${value.toFixed(1)}/s`, atLeast: 50 },
    ),
    { what: 'in flight at the knee', value: String(Math.round(knee.inFlight)) },
    {
      what: `accepted to confirmed at 80 % of it (${perSecond(below.ratePerSecond)}), p99`,
      value: inMs(below.p99),
      target: `<= longest delay + 1 s (${TARGET_MS} ms)`,
      met: below.p99 <= TARGET_MS,
    },
    beside(
      '  that beside a bare settlement, p99',
      below.p99,
      { name: 'localnet alone, sent to confirmed', value: bare },
      { format: inMs },
    ),
    { what: '  p50', value: inMs(below.p50) },
    { what: '  ended otherwise than confirmed', value: `${below.otherwise} of ${below.orders}` },
  ])
}

async function chainAlone(settlements: number): Promise<number> {
  const chain = await openLoneChain()
  try {
    await chain.settle(settlements)
    const rate = await chain.settle(settlements)
    print(`  localnet alone settles ${perSecond(rate)}`)
    return rate
  } finally {
    await chain.close()
  }
}

/** p99 from sending to confirmed with the same delays and nobody beside it, ms. */
async function chainLatency(seconds: number): Promise<number> {
  const chain = await openLoneChain(DELAYS)
  try {
    return percentile(await chain.confirmTimes(20 * seconds, 20), 0.99)
  } finally {
    await chain.close()
  }
}

async function usualWay(orders: number): Promise<number> {
  const system = await openUsual(`2000-${LONGEST_DELAY_MS}`)
  try {
    const { confirmed } = await place(system.exchange, orders, { connections: orders })
    print(`  the usual way: ${confirmed.toFixed(2)}/s`)
    return confirmed
  } finally {
    await system.close()
  }
}

async function withEngine<Result>(work: (running: Running) => Promise<Result>): Promise<Result> {
  const { stack, exchange, close } = await openEngine({ env: DELAYS })
  try {
    for (const { apiKey } of exchange.traders) await fund(stack, await walletOf(stack, apiKey))
    // Both ways, so that the pools stay where they are; a price that moves meanwhile is not what is measured.
    const there = { ...ORDER, slippageBps: 500 }
    const back = { ...there, inputMint: ORDER.outputMint, outputMint: ORDER.inputMint, amount: '1500000' }
    const running = {
      stack,
      exchange: { ...exchange, bodies: [JSON.stringify(there), JSON.stringify(back)] },
    }
    await warmUp(running)
    await analyze(exchange)
    return await work(running)
  } finally {
    await closeAll([{ close }])
  }
}

/** Until the code that an order goes through is compiled: a process that has just started takes more than twice the time for one. */
async function warmUp(running: Running): Promise<void> {
  await step(running, 20, 3)
  await step(running, 100, 30)
}

type Running = Pick<Awaited<ReturnType<typeof openEngine>>, 'stack' | 'exchange'>

interface Step {
  readonly ratePerSecond: number
  readonly orders: number
  /** From acceptance to confirmed, ms; infinite where that took too long. */
  readonly p50: number
  readonly p99: number
  /** Orders that were accepted and not confirmed, on average. */
  readonly inFlight: number
  /** Orders that failed. */
  readonly otherwise: number
  readonly keptUp: boolean
}

/** Orders at a fixed rate, and then until all have ended. */
async function step({ stack, exchange }: Running, ratePerSecond: number, seconds: number): Promise<Step> {
  const { database } = exchange
  const orders = Math.round(ratePerSecond * seconds)
  const [{ since }] = (await execute<{ since: string }>(database, 'SELECT now()::text AS since')) as [
    { since: string },
  ]
  const before = await usageByService(stack)
  await sendOrders(exchange, orders, { connections: CONNECTIONS, ratePerSecond })
  const used = usedByProcess(before, await usageByService(stack))
  const until = performance.now() + GIVES_UP_MS
  const ended = () =>
    execute<{ took: number; status: string }>(
      database,
      `SELECT extract(epoch FROM ended_at - created_at)::float * 1000 AS took, status
       FROM orders WHERE created_at > $1::timestamptz AND ended_at IS NOT NULL`,
      [since],
    )
  let rows = await ended()
  while (rows.length < orders && performance.now() < until) {
    await delay(500)
    rows = await ended()
  }
  const confirmed = rows.filter(({ status }) => status === 'confirmed').map(({ took }) => took)
  // One that has not ended has taken longer than any.
  const times = [...confirmed, ...Array.from({ length: orders - rows.length }, () => Infinity)]
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
  const otherwise = rows.length - confirmed.length
  const mean = confirmed.reduce((sum, took) => sum + took, 0) / confirmed.length
  const keptUp = p99 <= KEEPS_UP_MS
  print(
    `  ${perSecond(ratePerSecond)}: p50 ${inMs(p50)}, p99 ${inMs(p99)}, ${otherwise} failed: ${keptUp ? 'kept up' : 'not kept up'}`,
  )
  const cores = [...used].map(([name, { cpuSeconds }]) => `${name} ${(cpuSeconds / seconds).toFixed(2)}`)
  print(`    cores busy: ${cores.join(', ')}`)
  // What is left over would slow the next step down.
  while (rows.length < orders && performance.now() < until + GIVES_UP_MS) {
    await delay(500)
    rows = await ended()
  }
  return { ratePerSecond, orders, p50, p99, otherwise, inFlight: (ratePerSecond * mean) / 1_000, keptUp }
}

const STEP = 1.5
/** Between what was kept up with and what was not; closer than this they are not told apart. */
const NEAR = 1.25
const MOST_STEPS = 8

/** The rate goes up (or down, where the first is too much) by steps, then in between. */
async function findKnee(running: Running, from: number, seconds: number): Promise<Step> {
  let below: Step | null = null
  let above: number | null = null
  let rate = from
  for (let n = 0; n < MOST_STEPS; n += 1) {
    let taken = await step(running, rate, seconds)
    // Once more: a machine that was busy for a moment is not the engine's limit.
    if (!taken.keptUp) taken = await step(running, rate, seconds)
    if (taken.keptUp) below = taken
    else above = rate
    if (below === null) rate /= STEP
    else if (above === null) rate *= STEP
    else if (above / below.ratePerSecond <= NEAR) break
    else rate = Math.sqrt(above * below.ratePerSecond)
  }
  if (below === null) throw new Error(`not even ${Math.round(rate)} orders/s are kept up with`)
  return below
}

runBench(main)
