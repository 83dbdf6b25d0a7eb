import {
  bestAmount,
  isExecutable,
  sizeClass,
  trailingThreshold,
  unitPrice,
  type NewOrder,
} from '@fillstream/core'
import { type SwapMode } from '@fillstream/types'
import fc from 'fast-check'
import { Client } from 'pg'
import { poolOf, type Pair, type TriggerRig } from './trigger-rig'

/** Paths whose prices are applied side by side. */
const ABREAST = 500

interface PathOrder {
  readonly kind: 'limit' | 'stop' | 'trailingStop'
  readonly swapMode: SwapMode
  readonly amount: bigint
  /** At which entry the price that it is about is read, and how far off that it is. */
  readonly entry: number
  readonly offBps: number
  readonly off: bigint
  readonly trailingBps: number
}
interface Path {
  readonly reserveIn: bigint
  readonly reserveOuts: readonly bigint[]
  readonly orders: readonly PathOrder[]
}

const ENTRIES = 5
const amount = fc
  .tuple(fc.integer({ min: 0, max: 13 }), fc.integer({ min: 1_000, max: 9_999 }))
  .map(([power, digits]) => (BigInt(digits) * 10n ** BigInt(power)) / 1_000n)
const order: fc.Arbitrary<PathOrder> = fc.record({
  kind: fc.constantFrom('limit', 'stop', 'trailingStop'),
  swapMode: fc.constantFrom('ExactIn', 'ExactOut'),
  amount,
  entry: fc.integer({ min: 0, max: ENTRIES - 1 }),
  offBps: fc.constantFrom(0, 0, 0, -1, 1, 5, -5),
  off: fc.constantFrom(0n, 0n, 1n, -1n),
  trailingBps: fc.constantFrom(1, 5, 10, 50, 100),
})
/** A price that goes up and down around where it began, by a few basis points or much more. */
const path: fc.Arbitrary<Path> = fc
  .record({
    reserveIn: fc.constantFrom(10n ** 12n, 10n ** 15n, 3n * 10n ** 9n),
    start: fc.bigInt({ min: 10n ** 10n, max: 10n ** 14n }),
    moves: fc.array(fc.constantFrom(-100, -30, -5, -1, 0, 1, 5, 30, 100), {
      minLength: ENTRIES - 1,
      maxLength: ENTRIES - 1,
    }),
    orders: fc.array(order, { minLength: 1, maxLength: 3 }),
  })
  .map(({ reserveIn, start, moves, orders }) => {
    const reserveOuts = [start]
    for (const bps of moves)
      reserveOuts.push(((reserveOuts.at(-1) ?? start) * BigInt(10_000 + bps)) / 10_000n)
    return { reserveIn, reserveOuts, orders }
  })

/** What the order is waiting for, made of what the path comes to at one of its entries; null where that is no order. */
function fieldsOf({ reserveIn, reserveOuts }: Path, pair: Pair, one: PathOrder): Partial<NewOrder> | null {
  const { kind, swapMode, amount: size } = one
  const fields = { ...pair, type: kind, swapMode, amount: size }
  if (kind === 'trailingStop') return { ...fields, trailingBps: one.trailingBps }
  const reserveOut = reserveOuts[one.entry] ?? 1n
  const there = bestAmount([poolOf(pair, reserveIn, reserveOut)], { ...pair, swapMode, amount: size })
  if (there === null) return null
  const threshold = (there * BigInt(10_000 + one.offBps)) / 10_000n + one.off
  return threshold > 0n ? { ...fields, threshold, limitPrice: '1', priceUnit: 'outputPerInput' } : null
}

/** The plain evaluator: looks at every order at every entry. Whether the order fires. */
function fires({ reserveIn, reserveOuts }: Path, pair: Pair, fields: Partial<NewOrder>): boolean {
  const { type, swapMode = 'ExactIn', amount: size = 0n, threshold, trailingBps } = fields
  let best = 0n
  return reserveOuts.some((reserveOut) => {
    const pools = [poolOf(pair, reserveIn, reserveOut)]
    if (type === 'limit' || type === 'stop') {
      const executable = bestAmount(pools, { ...pair, swapMode, amount: size })
      return (
        executable !== null && isExecutable({ kind: type, swapMode, threshold: threshold ?? 0n }, executable)
      )
    }
    const rung = 10n ** BigInt(sizeClass(size))
    const other = bestAmount(pools, { ...pair, swapMode, amount: rung })
    if (other === null) return false
    const price = swapMode === 'ExactIn' ? unitPrice(rung, other) : unitPrice(other, rung)
    if (price > best) best = price
    return price <= trailingThreshold(best, trailingBps ?? 1)
  })
}

/** What was left alone goes back into the index, as the keeper brings it back. */
async function bringBack(rig: TriggerRig): Promise<void> {
  for (;;) {
    const lapsed = await rig.parts.index.lapsed(500, 60_000)
    if (lapsed.length === 0) return
    await rig.parts.index.putBack(await rig.store.triggers.byOrderIds(lapsed.map(({ orderId }) => orderId)))
  }
}

/** An order of a path, whether the plain evaluator fires it, and how often the engine did. */
export interface PathOutcome {
  readonly fields: Partial<NewOrder>
  readonly fires: boolean
  readonly times: number
}

/**
 * Takes generated price paths, with orders waiting for prices that they touch, through the engine, and tells what fired. The rig must
 * have been started with TRIGGER_PARK_MS 0: an order that is left alone misses what happens meanwhile, as is its purpose.
 */
export async function runPricePaths(rig: TriggerRig, count: number, seed: number): Promise<PathOutcome[]> {
  const paths = fc.sample(path, { numRuns: count, seed }).map((one, i) => ({
    path: one,
    pair: { inputMint: `in${i}`, outputMint: `out${i}` },
  }))
  const expected = paths.flatMap(({ path: one, pair }) =>
    one.orders.flatMap((wish) => {
      const fields = fieldsOf(one, pair, wish)
      return fields === null ? [] : [{ fields, fires: fires(one, pair, fields) }]
    }),
  )
  const opened = await rig.open(expected.map(({ fields }) => fields))
  for (let after: string | undefined; ;) {
    const page = await rig.store.triggers.page({ limit: 500, ...(after && { afterOrderId: after }) })
    await rig.parts.index.add(page)
    after = page.at(-1)?.orderId
    if (page.length < 500) break
  }

  for (let entry = 0; entry < ENTRIES; entry += 1) {
    await bringBack(rig)
    for (let at = 0; at < paths.length; at += ABREAST) {
      await Promise.all(
        paths.slice(at, at + ABREAST).map(({ path: one, pair }) => {
          const pool = poolOf(pair, one.reserveIn, one.reserveOuts[entry] ?? 1n)
          return rig.prices.apply(rig.market(pair, pool))
        }),
      )
      await rig.prices.settled()
    }
  }

  const client = new Client({ connectionString: rig.databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ id: string; times: number }>(
    `SELECT order_id AS id, count(*)::int AS times FROM order_events WHERE status = 'routing' GROUP BY 1`,
  )
  await client.end()
  const fired = new Map(rows.map(({ id, times }) => [id, times]))
  return expected.map((one, i) => ({ ...one, times: fired.get(opened[i]?.id ?? '') ?? 0 }))
}
