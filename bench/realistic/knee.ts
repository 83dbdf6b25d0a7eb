import { setTimeout as delay } from 'node:timers/promises'
import { execute } from '../measure/database'
import { analyze, sendOrders, type Exchange } from '../measure/placing'
import { inMs, percentile, perSecond, print } from '../measure/report'
import { type System } from '../measure/systems'
import { usedByProcess } from '../measure/usage'

/** After the last order of a step is due at the latest. */
const GIVES_UP_MS = 30_000
const CONNECTIONS = 64

/** Who takes the orders. */
export interface Running extends Pick<System, 'usage'> {
  readonly exchange: Exchange
  /** p99 from acceptance to confirmed up to which a rate is kept up with. */
  readonly keepsUpMs: number
  /** Before orders come. */
  prepare?(orders: number): Promise<void>
}

export interface Knee {
  readonly knee: Step
  /** At 80 % of it. */
  readonly below: Step
}

/** Warms up, and finds the highest rate that is kept up with. @param from orders a second of the first step */
export async function measureKnee(running: Running, from: number, seconds: number): Promise<Knee> {
  await warmUp(running)
  const knee = await findKnee(running, from, seconds)
  return { knee, below: await step(running, knee.ratePerSecond * 0.8, seconds * 1.5) }
}

/**
 * Until the code that an order goes through is compiled: a process that has just started takes more than twice the time for one, and
 * one that has seen 3,000 orders still a quarter more than later.
 */
async function warmUp(running: Running): Promise<void> {
  await step(running, 20, 3)
  await step(running, 100, 30)
  await step(running, 150, 30)
  await analyze(running.exchange)
}

export interface Step {
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
async function step(running: Running, ratePerSecond: number, seconds: number): Promise<Step> {
  const { exchange, usage, keepsUpMs } = running
  const { database } = exchange
  const orders = Math.round(ratePerSecond * seconds)
  await running.prepare?.(orders)
  const [{ since }] = (await execute<{ since: string }>(database, 'SELECT now()::text AS since')) as [
    { since: string },
  ]
  const before = await usage()
  await sendOrders(exchange, orders, { connections: CONNECTIONS, ratePerSecond })
  const used = usedByProcess(before, await usage())
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
  const keptUp = p99 <= keepsUpMs
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
const NEAR = 1.1
const MOST_STEPS = 9

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
