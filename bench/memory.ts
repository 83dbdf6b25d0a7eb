import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { startTriggerRig } from '../apps/order-worker/test-support/trigger-rig'
import { type Stack } from '../tests/support/stack'
import { fund, walletOf } from '../tests/support/wallets'
import { execute } from './measure/database'
import { usageByService } from './measure/engine'
import { ORDER, place, sendOrders, warmUp } from './measure/placing'
import { inMiB, print, report, type Row } from './measure/report'
import { addResting, usedMemory } from './measure/resting'
import { readArguments, runBench } from './measure/run-bench'
import { openEngine } from './measure/systems'
import { usageOf } from './measure/usage'

/*
 * Bytes for an order that rests (Redis), a socket that is quiet (notifier), an order in flight (order-worker); and whether a service
 * grows under half of its load: the slope of what it holds over the second half of so many minutes.
 * `pnpm bench memory [minutes] [resting=] [sockets=] [flying=] [resting|sockets|flying|leaks ...]`
 */
const sections: Readonly<Record<string, (sizes: Sizes) => Promise<Row[]>>> = {
  resting,
  sockets,
  flying,
  leaks,
}

interface Sizes {
  readonly minutes: number
  readonly resting: number
  readonly sockets: number
  readonly flying: number
}

async function main(): Promise<void> {
  const { words, ...sizes } = readArguments({
    minutes: { full: 2, quick: 0.5 },
    resting: { full: 100_000, quick: 20_000 },
    sockets: { full: 2_000, quick: 1_000 },
    flying: { full: 5_000, quick: 1_000 },
  })
  const rows: Row[] = []
  for (const [name, section] of Object.entries(sections)) {
    if (words.length > 0 && !words.includes(name)) continue
    print(`\n${name}`)
    rows.push(...(await section(sizes)))
  }
  report('memory', rows)
}

const bytesEach = (bytes: number, count: number) => `${Math.round(bytes / count)} bytes`

async function resting({ resting: count }: Sizes): Promise<Row[]> {
  const rig = await startTriggerRig({ TRIGGER_PARK_MS: 4_000, TRIGGER_LEASE_MS: 5_000 })
  try {
    const empty = await usedMemory(rig)
    await addResting(rig, 0, count)
    const held = (await usedMemory(rig)) - empty
    return [{ what: `Redis for a resting order, of ${count}`, value: bytesEach(held, count) }]
  } finally {
    await rig.close()
  }
}

async function sockets({ sockets: count }: Sizes): Promise<Row[]> {
  const { stack, exchange, close } = await openEngine({ chain: 'instant' })
  const open: WebSocket[] = []
  try {
    // What the first ones need for all is there before.
    const opened = async (total: number) => {
      while (open.length < total) {
        const { apiKey } = exchange.traders[open.length % exchange.traders.length] as { apiKey: string }
        const socket = new WebSocket(`${stack.urls.stream}/v1/stream`, {
          headers: { authorization: `Bearer ${apiKey}` },
        })
        open.push(socket)
        await heard(socket)
        socket.send(JSON.stringify({ type: 'subscribe', channel: 'orders' }))
        await heard(socket)
      }
      await delay(2_000)
      return usageOf(await stack.pid('notifier')).residentBytes
    }
    const before = await opened(Math.ceil(count / 10))
    const first = open.length
    const grown = (await opened(count)) - before
    return [
      {
        what: `notifier for a quiet socket with one subscription, of ${count}`,
        value: bytesEach(grown, count - first),
      },
    ]
  } finally {
    for (const socket of open) socket.terminate()
    await close()
  }
}

function heard(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('message', () => resolve())
    socket.once('error', reject)
  })
}

async function flying({ flying: count }: Sizes): Promise<Row[]> {
  const { stack, exchange, close } = await openEngine()
  try {
    for (const { apiKey } of exchange.traders) await fund(stack, await walletOf(stack, apiKey))
    const bodies = [JSON.stringify({ ...ORDER, slippageBps: 5_000 })]
    // Warm: code compiled, pools of connections full, buffers as large as they get.
    await warmUp({ ...exchange, bodies }, Math.ceil(count / 4))
    await delay(3_000)
    await landLate(stack)
    const before = usageOf(await stack.pid('order-worker')).residentBytes
    await sendOrders({ ...exchange, bodies }, count, { connections: 64 })
    const submitted = async () => {
      const [row] = await execute<{ flying: number; left: number }>(
        stack.urls.database,
        `SELECT count(*) FILTER (WHERE status = 'submitted')::int AS flying,
                count(*) FILTER (WHERE ended_at IS NULL AND status <> 'submitted')::int AS left FROM orders`,
      )
      return row as { flying: number; left: number }
    }
    let now = await submitted()
    for (; now.left > 0; now = await submitted()) await delay(250)
    await delay(1_000)
    const grown = usageOf(await stack.pid('order-worker')).residentBytes - before
    return [
      { what: `order-worker for an order in flight, of ${now.flying}`, value: bytesEach(grown, now.flying) },
    ]
  } finally {
    await close()
  }
}

const SAMPLE_MS = 2_000

async function leaks({ minutes }: Sizes): Promise<Row[]> {
  const { stack, exchange, close } = await openEngine({ chain: 'instant' })
  try {
    await warmUp(exchange, 1_000)
    const { confirmed } = await place(exchange, 1_000, { connections: 64 })
    const ratePerSecond = confirmed / 2
    const orders = Math.ceil(ratePerSecond * minutes * 60)
    print(`  ${orders} orders at ${Math.round(ratePerSecond)}/s`)
    const samples: { readonly atMs: number; readonly usage: ReadonlyMap<string, number> }[] = []
    let ended = false
    const sampling = (async () => {
      while (!ended) {
        const usage = [...(await usageByService(stack))].map(
          ([name, { residentBytes }]) => [name, residentBytes] as const,
        )
        samples.push({ atMs: performance.now(), usage: new Map(usage) })
        await delay(SAMPLE_MS)
      }
    })()
    await place(exchange, orders, { connections: 64, ratePerSecond }).finally(() => (ended = true))
    await sampling
    const half = samples.slice(Math.floor(samples.length / 2))
    return [...(half.at(-1)?.usage ?? [])].map(([name, bytes]) => {
      const slope = slopeOf(half.map(({ atMs, usage }) => [atMs, usage.get(name) ?? Number.NaN]))
      return {
        what: `${name}, ${minutes} min at ${Math.round(ratePerSecond)} orders/s`,
        value: `RSS ${inMiB(bytes)}, ${inMiB(slope * 60_000)} a minute, ${Math.round((slope * 1_000) / ratePerSecond)} bytes an order`,
      }
    })
  } finally {
    await close()
  }
}

/** Of the straight line through the points, by least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}

/** Transactions that are submitted from now on land in the last slot that they can: about a minute later. */
async function landLate(stack: Stack): Promise<void> {
  const response = await fetch(`${stack.urls.control}/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ landing: { late: 1 } }),
  })
  if (!response.ok) throw new Error(`/faults: ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
}

runBench(main, 3_600)
