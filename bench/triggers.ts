import { setTimeout as delay } from 'node:timers/promises'
import { type NewOrder } from '@fillstream/core'
import { type PriceEvent } from '@fillstream/types'
import { runPricePaths } from '../apps/order-worker/test-support/price-paths'
import {
  poolOf,
  startTriggerRig,
  type Pair,
  type TriggerRig,
} from '../apps/order-worker/test-support/trigger-rig'
import { startIndexKeeper } from '../apps/order-worker/src/triggers/keep-index'
import { beside, inMs, median, percentile, print, report, type Row } from './measure/report'
import { addResting, PAIRS, SIZE, usedMemory } from './measure/resting'
import { readArguments, runBench } from './measure/run-bench'

/*
 * The trigger engine on a Postgres and a Redis of its own, everything on this machine, one process of ours. Sections: cost (of a price with
 * ever more resting orders), latency (from a price to the job), mass (5,000 orders at one price), paths (against a plain evaluator).
 * `pnpm bench triggers [most resting orders] [paths] [section ...]`
 */
const SETTINGS = { TRIGGER_PARK_MS: 4_000, TRIGGER_LEASE_MS: 5_000 }

/** A deep pool at which one unit comes to about `price`. */
const at = (pair: Pair, price: number) =>
  poolOf(pair, 10n ** 15n, BigInt(Math.round(price * 1.0025 * 10 ** 12)))
/** A limit order of the pair that sells one unit, or a little less, at `price`. */
function limit(pair: Pair, price: number): Partial<NewOrder> {
  const threshold = BigInt(Math.round(price * 10 ** 6))
  return { ...pair, type: 'limit', amount: SIZE, threshold, limitPrice: '1', priceUnit: 'outputPerInput' }
}

interface Sizes {
  /** Resting orders at most. */
  readonly resting: number
  /** Generated price paths. */
  readonly paths: number
}

const sections: Readonly<Record<string, (sizes: Sizes) => Promise<Row[]>>> = { cost, latency, mass, paths }

async function main(): Promise<void> {
  const { resting, paths, words } = readArguments({
    resting: { full: 1_000_000, quick: 20_000 },
    paths: { full: 10_000, quick: 1_000 },
  })
  const rows: Row[] = []
  for (const [name, section] of Object.entries(sections)) {
    if (words.length > 0 && !words.includes(name)) continue
    print(`\n${name}`)
    rows.push(...(await section({ resting, paths })))
  }
  report('triggers', rows)
}

async function withRig(work: (rig: TriggerRig) => Promise<Row[]>, settings = SETTINGS): Promise<Row[]> {
  const rig = await startTriggerRig(settings)
  try {
    return await work(rig)
  } finally {
    await rig.close()
  }
}

/** What a price costs that reaches nobody, and what a resting order takes in Redis. */
async function cost({ resting: most }: Sizes): Promise<Row[]> {
  return withRig(async (rig) => {
    const empty = await usedMemory(rig)
    const quiet = PAIRS.map((pair) => rig.market(pair, at(pair, 100)))
    const rows: Row[] = []
    let resting = 0
    let first = 0
    for (const target of [1_000, 10_000, 100_000, 1_000_000].filter((count) => count < most).concat(most)) {
      await addResting(rig, resting, target)
      resting = target
      for (const price of [...quiet, ...quiet, ...quiet, ...quiet, ...quiet])
        await rig.parts.index.apply(price, 500, 5_000)
      const times: number[] = []
      for (let i = 0; i < 2_000; i += 1) {
        const began = performance.now()
        await rig.parts.index.apply(quiet[i % quiet.length] as PriceEvent, 500, 5_000)
        times.push(performance.now() - began)
      }
      const took = median(times)
      first ||= took
      const bytes = Math.round(((await usedMemory(rig)) - empty) / resting)
      print(`${resting} resting: a price costs ${inMs(took)} (p50); ${bytes} bytes an order`)
      const floor = { name: '1000 resting', value: first }
      if (resting < most) continue
      rows.push(beside(`a price that reaches nobody, ${resting} resting`, took, floor, { format: inMs }), {
        what: 'Redis for a resting order',
        value: `${bytes} bytes`,
      })
    }
    return rows
  })
}

/** 100,000 orders over 20 pairs and 500 prices a second, some of which reach some orders; then the index is lost. */
async function latency({ resting }: Sizes): Promise<Row[]> {
  const [orders, perSecond, seconds] = [Math.min(resting, 100_000), 500, 20]
  return withRig(async (rig) => {
    await rig.open(
      Array.from({ length: orders }, (_, n) => limit(PAIRS[n % 20] as Pair, 101 + (n / orders) * 100)),
    )
    const keeper = startIndexKeeper(rig.parts, rig.prices)
    const filling = performance.now()
    while (!(await rig.parts.upkeep.isFilled())) await delay(20)
    const filled = inMs(performance.now() - filling)

    const decided: number[] = []
    const events = { ...rig.parts.events, triggerDecided: (took: number) => decided.push(took * 1_000) }
    const { prices } = rig.copy({ events })
    const began = performance.now()
    const behind: number[] = []
    for (let n = 0; n < perSecond * seconds; n += 1) {
      const due = began + (n * 1_000) / perSecond
      const early = due - performance.now()
      if (early > 1) await delay(early)
      behind.push(Math.max(0, -early))
      const pair = PAIRS[n % 20] as Pair
      // Every pair rises slowly, and reaches an order every few prices.
      await prices.apply(rig.market(pair, at(pair, 100.9 + (n / (perSecond * seconds)) * 3)))
    }
    await prices.settled()
    await keeper.stop()
    const tail = (values: readonly number[]) =>
      `p50 ${inMs(median(values))}, p99 ${inMs(percentile(values, 0.99))}`
    return [
      { what: `index of ${orders} orders, lost and filled from Postgres`, value: filled },
      {
        what: `${decided.length} orders fired at ${perSecond} prices/s, from price to queued`,
        value: tail(decided),
      },
      { what: 'prices behind their time', value: tail(behind) },
    ]
  })
}

/** 5,000 orders at one price, two copies. */
async function mass(): Promise<Row[]> {
  return withRig(async (rig) => {
    const pair = PAIRS[0] as Pair
    await rig.open(Array.from({ length: 5_000 }, () => limit(pair, 150)))
    const keeper = startIndexKeeper(rig.parts, rig.prices)
    while (!(await rig.parts.upkeep.isFilled())) await delay(20)
    await keeper.stop()
    const copies = [rig.prices, rig.copy().prices]
    const price = rig.market(pair, at(pair, 151))
    const began = performance.now()
    await Promise.all(copies.map((prices) => prices.apply(price)))
    await Promise.all(copies.map((prices) => prices.settled()))
    const took = performance.now() - began
    const routed = [...(await rig.statuses()).values()].filter((status) => status === 'routing').length
    const { waiting } = await rig.queue.load()
    return [
      { what: `5,000 orders at one price: ${routed} fired, ${waiting} jobs, within`, value: inMs(took) },
    ]
  })
}

/** Generated price paths against the plain evaluator. */
async function paths({ paths: count }: Sizes): Promise<Row[]> {
  return withRig(
    async (rig) => {
      const outcomes = await runPricePaths(rig, count, 20_261_124)
      const wrong = outcomes.filter(({ fires, times }) => times !== (fires ? 1 : 0)).length
      const fired = outcomes.filter(({ fires }) => fires).length
      return [
        {
          what: `${count} price paths, ${outcomes.length} orders, ${fired} of them fire; differing from a plain evaluator`,
          value: String(wrong),
          target: '0',
          met: wrong === 0,
        },
      ]
    },
    { TRIGGER_PARK_MS: 0, TRIGGER_LEASE_MS: 600_000 },
  )
}

runBench(main)
