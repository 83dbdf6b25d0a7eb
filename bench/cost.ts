import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { SERVICES, usageByService } from './measure/engine'
import { place, sendOrders, warmUp, YARDSTICK_BODY } from './measure/placing'
import { beside, inMicros, print, report, type Row } from './measure/report'
import { runRounds, type Contestant, type Figures } from './measure/rounds'
import { closeAll, readArguments, runBench } from './measure/run-bench'
import { openEngine, openLadenSkeleton, openSpace, type System } from './measure/systems'
import { createTraders } from './measure/traders'
import { usedByProcess, type Usage } from './measure/usage'
import { startYardstick } from './measure/yardstick'
import { type Stack } from '../tests/support/stack'

/*
 * CPU time and bytes written per order in every process, Redis and Postgres included, at the load of `pipeline` on the chain that lands
 * at once; beside the sum of what the bare parts take for one order, measured in the same run. `pnpm bench cost [orders] [rounds]`
 */
const PARTS = {
  http: 'HTTP: Express with own classes, zod',
  add: 'BullMQ add',
  work: 'BullMQ worker, no-op',
  streams: '5 stream entries, pipelined',
  persist: '5 events and a state, unnest of 500 rows',
  fanOut: '5 messages from the stream to a socket',
  sign: 'Ed25519 signature',
} as const
type Part = keyof typeof PARTS
const PART_NAMES = Object.keys(PARTS) as Part[]
const IDLE_MS = 3_000
/** The kernel counts CPU time in steps of 10 ms: a part that takes little is done more often. */
const FLOOR_TIMES = 3

async function main(): Promise<void> {
  const { orders, rounds } = readArguments({
    orders: { full: 4_000, quick: 1_500 },
    rounds: { full: 3, quick: 2 },
  })
  const open: { close(): Promise<void> }[] = []
  try {
    const engine = await openEngine({ chain: 'instant' })
    open.push(engine)
    const floors = await openFloors(engine.stack)
    open.push(floors)
    const laden = await openLadenSkeleton()
    open.push(laden)
    // Twice as many: until what an order goes through is compiled, it costs half as much again.
    await warmUp(engine.exchange, orders * 2)
    await warmUp(laden.exchange, orders * 2)
    for (const part of PART_NAMES) await floors.measure(part, orders)
    const idle = await idleUsage(engine.stack)
    const contestants: Contestant[] = [
      { name: 'engine', run: () => costOf(engine, orders) },
      { name: 'laden', run: () => costOf(laden, orders) },
      { name: 'floors', run: () => costOfParts(floors, orders * FLOOR_TIMES, idle) },
    ]
    const { median: figure } = await runRounds(contestants, rounds)
    const sum = PART_NAMES.reduce((total, part) => total + figure('floors', part), 0)
    const names = [...SERVICES, ...(process.env['BENCH_REDIS_PID'] ? ['redis', 'postgres'] : [])]
    const rows: Row[] = [
      beside(
        'CPU per order, all processes',
        figure('engine', 'all'),
        { name: 'the sum of its floors', value: sum },
        { format: inMicros, atMost: 1.5 },
      ),
      beside(
        'CPU per order, all processes',
        figure('engine', 'all'),
        { name: 'our wiring with quote, signatures and rows', value: figure('laden', 'all') },
        { format: inMicros },
      ),
      ...names.map((name) => ({
        what: `  ${name}`,
        value: `${inMicros(figure('engine', name))}, ${Math.round(figure('engine', `${name} bytes`))} bytes written`,
      })),
      ...PART_NAMES.map((part) => ({
        what: `floor: ${PARTS[part]}`,
        value: inMicros(figure('floors', part)),
      })),
      ...[...idle].map(([name, usage]) => ({
        what: `idle: ${name}`,
        value: `${((usage.cpuSeconds / IDLE_MS) * 1e5).toFixed(1)} % of a core`,
      })),
    ]
    report('cost', rows)
  } finally {
    await closeAll(open)
  }
}

async function costOf({ exchange, usage }: System, orders: number): Promise<Figures> {
  const before = await usage()
  await place(exchange, orders, { connections: 64 })
  const used = usedByProcess(before, await usage())
  const figures: Record<string, number> = { all: 0 }
  for (const [name, { cpuSeconds, writtenBytes }] of used) {
    const micros = (cpuSeconds / orders) * 1e6
    figures[name] = micros
    figures[`${name} bytes`] = writtenBytes / orders
    figures['all'] = (figures['all'] ?? 0) + micros
  }
  return figures
}

/** What every process uses with nothing to do: the chain's slots, prices, health. */
async function idleUsage(stack: Stack): Promise<ReadonlyMap<string, Usage>> {
  await delay(1_000)
  const before = await usageByService(stack)
  await delay(IDLE_MS)
  return usedByProcess(before, await usageByService(stack))
}

interface Floors {
  /** CPU microseconds for an order, of the part's own process, and of Redis and Postgres in `seconds`. */
  measure(part: Part, orders: number): Promise<{ own: number; backing: number; seconds: number }>
  close(): Promise<void>
}

async function openFloors(stack: Stack): Promise<Floors> {
  const space = await openSpace()
  const child = await startYardstick('floors', space.env)
  const traders = await createTraders(space.database, 16)
  const sockets = traders.map(() => new WebSocket(`ws://${child.address}/`))
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('open', resolve))))
  const exchange = { url: `http://${child.address}/v1/orders`, bodies: [YARDSTICK_BODY], traders }
  return {
    async measure(part, orders) {
      const before = await usageByService(stack)
      const began = performance.now()
      const answer = child.ask(`${part} ${orders}`)
      if (part === 'http') await sendOrders(exchange, orders, { connections: 64 })
      const own = Number(await answer) / orders
      const seconds = (performance.now() - began) / 1_000
      const used = usedByProcess(before, await usageByService(stack))
      return { own, seconds, backing: (backingSeconds(used) / orders) * 1e6 }
    },
    async close() {
      for (const socket of sockets) socket.terminate()
      await closeAll([space, { close: () => child.stop() }])
    },
  }
}

const backingSeconds = (used: ReadonlyMap<string, Usage>) =>
  (used.get('redis')?.cpuSeconds ?? 0) + (used.get('postgres')?.cpuSeconds ?? 0)

/** Microseconds by part. What Redis and Postgres do for the idle engine meanwhile is not the part's. */
async function costOfParts(
  floors: Floors,
  orders: number,
  idle: ReadonlyMap<string, Usage>,
): Promise<Figures> {
  const figures: Record<string, number> = {}
  for (const part of PART_NAMES) {
    const { own, backing, seconds } = await floors.measure(part, orders)
    const others = ((backingSeconds(idle) * 1_000) / IDLE_MS) * seconds
    figures[part] = own + Math.max(0, backing - (others / orders) * 1e6)
  }
  return figures
}

if (process.env['BENCH_REDIS_PID'] === undefined)
  print('Redis and Postgres are not the bench’s own: what they use is not counted')
runBench(main)
