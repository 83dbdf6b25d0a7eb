import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MARKED_WITHIN_MS } from './mains/marks'
import { startEngine } from './measure/engine'
import { ENGINE_BODY, place, sendOrders, warmUp, YARDSTICK_BODY, type Exchange } from './measure/placing'
import { inMs, percentile, perSecond, print, report, type Row } from './measure/report'
import { runRounds, type Contestant } from './measure/rounds'
import { closeAll, readArguments, runBench } from './measure/run-bench'
import {
  BARE_JOB,
  openBareQueue,
  openEngine,
  openSpace,
  type BareQueue,
  type System,
} from './measure/systems'
import { createTraders } from './measure/traders'
import { startYardstick } from './measure/yardstick'
import { sharedClockMs } from './yardsticks/shared-clock'

/*
 * From POST to 202, and to the start of the work. Sections: `accept` (4 clients at a fixed rate, the whole engine), `start` (from the
 * acceptance to the job at 50 orders/s), `accounts` (one account with all the load), `gateway` (alone, as fast as it can).
 * `pnpm bench submit [rounds] [section ...]`
 */
const START_RATE = 50
const SECONDS = 5
/** Orders until what they go through is compiled: before that an answer may wait tens of milliseconds for the compiler. */
const WARM = 8_000

const sections: Readonly<Record<string, (parts: Parts) => Promise<Row[]>>> = {
  accept,
  start,
  accounts,
  gateway,
}

interface Parts {
  readonly rounds: number
  /** Orders a second of `accept`. */
  readonly rate: number
  /** Of a round at a fixed rate. */
  readonly seconds: number
  readonly quick: boolean
  /** The whole engine on the instant chain; started for who needs it first. */
  engine(): Promise<System>
  /** What its processes noted of `point` since it was asked last, on the clock of the machine, ms. */
  marks(point: string): Promise<number[]>
}

async function main(): Promise<void> {
  const { rounds, rate, quick, words } = readArguments({
    rounds: { full: 3, quick: 2 },
    /** Orders a second of `accept`. */
    rate: { full: 200, quick: 200 },
  })
  const folder = mkdtempSync(join(tmpdir(), 'fillstream-marks-'))
  let engine: Promise<System> | undefined
  const parts: Parts = {
    rounds,
    rate,
    quick,
    seconds: quick ? 2 : SECONDS,
    engine: () =>
      (engine ??= openEngine({
        chain: 'instant',
        entries: { gateway: resolve(__dirname, 'dist/mains/marked-gateway.js') },
        env: { BENCH_MARKS: join(folder, 'marks') },
      }).then(async (system) => {
        await warmUp(system.exchange, quick ? 500 : WARM)
        return system
      })),
    async marks(point) {
      await delay(4 * MARKED_WITHIN_MS)
      const file = join(folder, `marks.${point}`)
      appendFileSync(file, '')
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
      rmSync(file)
      return lines.map(Number)
    },
  }
  const rows: Row[] = []
  try {
    for (const [name, section] of Object.entries(sections)) {
      if (words.length > 0 && !words.includes(name)) continue
      print(`\n${name}`)
      if (name === 'gateway') await (await engine)?.close().finally(() => (engine = undefined))
      rows.push(...(await section(parts)))
    }
    report('submit', rows)
  } finally {
    await (await engine)?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Where orders are accepted by a yardstick and nothing more. */
function openAccepting(server: string, insert: string): Promise<Accepting> {
  return openDoor('accept', { ACCEPT_SERVER: server, ACCEPT_INSERT: insert })
}

/** @param name a yardstick of one process */
async function openDoor(name: string, settings: Readonly<Record<string, string>>): Promise<Accepting> {
  const space = await openSpace()
  const process = await startYardstick(name, { ...space.env, ...settings })
  return {
    url: `http://${process.address}/v1/orders`,
    bodies: [YARDSTICK_BODY],
    traders: await createTraders(space.database, 16),
    close: () => closeAll([space, { close: () => process.stop() }]),
  }
}

type Accepting = Pick<Exchange, 'url' | 'bodies' | 'traders'> & { close(): Promise<void> }

async function accept({ engine, rounds, rate, seconds, quick }: Parts): Promise<Row[]> {
  const { exchange } = await engine()
  const floor = await openAccepting('own', 'single')
  const load = { connections: 4, ratePerSecond: rate }
  const total = rate * seconds
  const contestants: Contestant[] = [
    { name: 'engine', run: async () => tail((await place(exchange, total, load)).acceptMs) },
    { name: 'floor', run: async () => tail((await sendOrders(floor, total, load)).acceptMs) },
  ]
  try {
    await sendOrders(floor, quick ? 500 : WARM, { connections: 64 })
    for (const { run } of contestants) await run()
    const found = await runRounds(contestants, rounds)
    const row = (figure: 'p50' | 'p99', extraMs: number): Row => ({
      ...found.beside(
        `POST to 202, 4 clients, ${rate} orders/s, ${figure}`,
        figure,
        'engine',
        { contestant: 'floor', name: 'Express, zod, an insert' },
        { format: inMs },
      ),
      target: `<= floor + ${extraMs} ms`,
      met: found.median('engine', figure) <= found.median('floor', figure) + extraMs,
    })
    return [row('p50', 2), row('p99', 15)]
  } finally {
    await floor.close()
  }
}

const tail = (values: readonly number[]) => ({ p50: percentile(values, 0.5), p99: percentile(values, 0.99) })

async function start({ engine, marks, rounds, seconds }: Parts): Promise<Row[]> {
  const { exchange } = await engine()
  const bare = await openBareQueue()
  const total = START_RATE * seconds
  const ours = async () => {
    for (const point of ['accepted.answering', 'job.taken']) await marks(point)
    await place(exchange, total, { connections: 4, ratePerSecond: START_RATE })
    const [accepted, taken] = [await marks('accepted.answering'), await marks('job.taken')]
    if (taken.length < total || accepted.length !== total)
      throw new Error(`${accepted.length} accepted, ${taken.length} taken of ${total}`)
    // First in, first out; an order that a sweep has brought once more comes last.
    return tail(accepted.map((at, i) => (taken[i] as number) - at))
  }
  const contestants: Contestant[] = [
    { name: 'engine', run: ours },
    { name: 'bullmq', run: async () => tail(await addAtRate(bare, total)) },
  ]
  try {
    for (const { run } of contestants) await run()
    const found = await runRounds(contestants, rounds)
    const row = (figure: 'p50' | 'p99', atMost: number): Row =>
      found.beside(
        `accepted to the start of the work, ${START_RATE} orders/s, ${figure}`,
        figure,
        'engine',
        { contestant: 'bullmq', name: 'bare BullMQ' },
        { format: inMs, atMost },
      )
    return [row('p50', 1.5), row('p99', 2)]
  } finally {
    await bare.close()
  }
}

/** From `add` to the processor of each job, ms. */
async function addAtRate({ queue, worker }: BareQueue, total: number): Promise<number[]> {
  const began = performance.now()
  for (let n = 0; n < total; n += 1) {
    await delay(Math.max(0, began + (n * 1_000) / START_RATE - performance.now()))
    await queue.add('none', { ...BARE_JOB, addedAtMs: sharedClockMs() }, { removeOnComplete: true })
  }
  await delay(100)
  return JSON.parse(await worker.ask('waits')) as number[]
}

async function accounts({ engine, rounds, quick }: Parts): Promise<Row[]> {
  const { exchange } = await engine()
  const orders = quick ? 600 : 1_500
  const [one] = exchange.traders
  const run = (traders: Exchange['traders']) => async () => {
    const { accepted, confirmed } = await place({ ...exchange, traders }, orders, { connections: 64 })
    return { accepted, confirmed }
  }
  const found = await runRounds(
    [
      { name: 'many', run: run(exchange.traders) },
      { name: 'one', run: run(one ? [one] : []) },
    ],
    Math.min(rounds, 2),
  )
  const many = { contestant: 'many', name: `${exchange.traders.length} accounts` }
  return (['accepted', 'confirmed'] as const).map((figure) =>
    found.beside(`one account with all the load, ${figure}`, figure, 'one', many, { format: perSecond }),
  )
}

/** Nobody works on what it accepts: order-worker is not there, and dex-router for the list of tokens alone. */
async function gateway({ rounds, quick }: Parts): Promise<Row[]> {
  const orders = quick ? 1_500 : 4_000
  const stack = await startEngine({ services: ['localnet', 'dex-router', 'gateway'] })
  const floors: Accepting[] = []
  try {
    floors.push(
      await openAccepting('bare', 'batched'),
      await openAccepting('express', 'batched'),
      await openDoor('skeleton-gateway', { SKELETON_ROWS: 'full' }),
    )
    const [bare, express, laden] = floors as [Accepting, Accepting, Accepting]
    const ours = {
      url: `${stack.urls.gateway}/v1/orders`,
      bodies: [ENGINE_BODY],
      traders: await createTraders(stack.urls.database, 16),
    }
    const run = (accepting: Omit<Accepting, 'close'>, total: number) => async () => ({
      accepted: (await sendOrders(accepting, total, { connections: 64 })).accepted,
    })
    const contestants: Contestant[] = [
      { name: 'gateway', run: run(ours, orders) },
      // It's done with these sooner.
      { name: 'bare', run: run(bare, orders * 4) },
      { name: 'express', run: run(express, orders * 2) },
      { name: 'laden', run: run(laden, orders * 2) },
    ]
    for (const one of contestants) await one.run()
    const found = await runRounds(contestants, rounds)
    const against = (contestant: string, name: string, atLeast?: number): Row =>
      found.beside(
        'gateway alone, 64 clients, accepted',
        'accepted',
        'gateway',
        { contestant, name },
        { format: perSecond, ...(atLeast !== undefined && { atLeast }) },
      )
    return [
      against('bare', 'node:http, zod, batched insert', 0.5),
      against('express', 'stock Express doing that', 1.5),
      against('laden', 'Express with own classes, zod, the rows of an order, BullMQ, news'),
    ]
  } finally {
    await closeAll([{ close: () => stack.close() }, ...floors])
  }
}

runBench(main)
