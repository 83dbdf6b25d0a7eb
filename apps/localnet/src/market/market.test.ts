import { decodePool, encodePool, VENUES } from '@fillstream/core'
import { PAIRS } from './pairs'
import { initialPools, pairOf, targetReserves } from './pools'
import { createPriceProcess, MARKET_STEP_MS, stepAt } from './price-process'

const TEN_MINUTES = (10 * 60_000) / MARKET_STEP_MS
const FIVE_SECONDS = Math.ceil(5_000 / MARKET_STEP_MS)
const spreadBps = { min: 200, max: 500 }
const U64_MAX = (1n << 64n) - 1n

describe.each(['1', '42', 'another market'])('ten minutes of the market of seed %s', (seed) => {
  const process = createPriceProcess({ seed, spreadBps })
  const start = 100_000
  const steps = Array.from({ length: TEN_MINUTES }, (_, index) => start + index)
  const series = new Map(
    PAIRS.flatMap((pair) =>
      VENUES.map((venue) => [
        `${pair.name} ${venue.name}`,
        steps.map((step) => process.poolPrice(pair.name, venue.name, step)),
      ]),
    ),
  )
  const priceAt = (pair: string, venue: string, index: number) =>
    series.get(`${pair} ${venue}`)?.[index] ?? NaN

  it.each([
    ['before', () => 1],
    ['after', (feeRate: bigint) => 1 - Number(feeRate) / 1e6],
  ])('keeps the venues of every pair 2 to 5 %% apart at every step, %s their fees', (_, kept) => {
    const spreads = PAIRS.flatMap((pair) =>
      steps.map((_step, index) => {
        const prices = VENUES.map((venue) => priceAt(pair.name, venue.name, index) * kept(venue.feeRate))
        return ((Math.max(...prices) - Math.min(...prices)) / Math.min(...prices)) * 10_000
      }),
    )
    expect(Math.min(...spreads)).toBeGreaterThanOrEqual(spreadBps.min)
    expect(Math.max(...spreads)).toBeLessThanOrEqual(spreadBps.max)
  })

  it('moves no pool by 10 bps in five seconds, and does move', () => {
    for (const prices of series.values()) {
      const moves = prices
        .slice(FIVE_SECONDS)
        .map((price, index) => Math.abs(price / (prices[index] ?? NaN) - 1) * 10_000)
      expect(Math.max(...moves)).toBeLessThan(10)
      expect(new Set(prices).size).toBeGreaterThan(TEN_MINUTES / 2)
    }
  })

  it('changes the best venue of a pair seldom', () => {
    for (const pair of PAIRS) {
      let changes = 0
      let best = ''
      for (let index = 0; index < TEN_MINUTES; index += 1) {
        const prices = VENUES.map((venue) => priceAt(pair.name, venue.name, index))
        const now = VENUES[prices.indexOf(Math.max(...prices))]?.name ?? ''
        if (best !== '' && now !== best) changes += 1
        best = now
      }
      expect(changes).toBeLessThanOrEqual(1)
    }
  })
})

it('comes back: no reference strays 5 % in a simulated day, and every venue of a pair is best at some time', () => {
  const process = createPriceProcess({ seed: '7', spreadBps })
  const origin = process.referencePrices(0).get('SOL/USDC') ?? NaN
  const best = new Set<string>()
  for (let step = 0; step < 216_000; step += 500) {
    expect(Math.abs((process.referencePrices(step).get('SOL/USDC') ?? NaN) / origin - 1)).toBeLessThan(0.05)
    const offsets = process.venueOffsetsBps(step).get('SOL/USDC')
    const ranked = Object.entries(offsets ?? {}).sort(([, a], [, b]) => b - a)
    best.add(ranked[0]?.[0] ?? '')
  }
  expect(best).toEqual(new Set(VENUES.map((venue) => venue.name)))
})

it('is one market for one seed, whatever steps were looked at before, and another for another', () => {
  const first = createPriceProcess({ seed: '1', spreadBps })
  for (let step = 0; step < 50; step += 1) first.referencePrices(step)
  const again = createPriceProcess({ seed: '1', spreadBps })
  expect(again.referencePrices(12_345)).toEqual(first.referencePrices(12_345))
  expect(again.venueOffsetsBps(12_345)).toEqual(first.venueOffsetsBps(12_345))
  expect(initialPools('1', again)).toEqual(initialPools('1', first))
  const other = createPriceProcess({ seed: '2', spreadBps })
  expect(other.referencePrices(12_345)).not.toEqual(first.referencePrices(12_345))
})

it.each([
  { min: 300, max: 300 },
  { min: 0, max: 0 },
])('takes a spread without room: $min-$max bps', ({ min, max }) => {
  const process = createPriceProcess({ seed: '1', spreadBps: { min, max } })
  const prices = VENUES.map((venue) => process.poolPrice('SOL/USDC', venue.name, 999))
  expect((Math.max(...prices) / Math.min(...prices) - 1) * 10_000).toBeCloseTo(min, 6)
})

it('keeps the speed of prices where slots are short', () => {
  expect(stepAt(100n, 400)).toBe(100)
  expect(stepAt(100n, 20)).toBe(5)
})

describe('the pools of a new market', () => {
  const process = createPriceProcess({ seed: '1', spreadBps })
  const pools = initialPools('1', process)

  it('are one of every pair on every venue, each with its own addresses and index', () => {
    expect(pools).toHaveLength(PAIRS.length * VENUES.length)
    expect(new Set(pools.map((pool) => pool.index)).size).toBe(pools.length)
    expect(new Set(pools.flatMap((pool) => [pool.address, pool.vaultA, pool.vaultB])).size).toBe(
      pools.length * 3,
    )
    for (const pool of pools) {
      expect(decodePool(encodePool(pool), pool)).toEqual(pool)
      expect(pairOf(pool)).not.toBeNull()
    }
  })

  it('are deep: 50 SOL move none by 2 bps', () => {
    for (const pool of pools) {
      const pair = PAIRS.find(({ name }) => name === pairOf(pool))
      const reserveUsd = pair?.depthUsd ?? 0
      expect((2 * 50 * 150) / reserveUsd).toBeLessThan(0.0002)
    }
  })

  it('leave room in a u64 for the rest of every mint', () => {
    const supply = new Map<string, bigint>()
    for (const pool of pools) {
      supply.set(pool.mintA, (supply.get(pool.mintA) ?? 0n) + pool.reserveA)
      supply.set(pool.mintB, (supply.get(pool.mintB) ?? 0n) + pool.reserveB)
    }
    for (const amount of supply.values()) expect(amount).toBeLessThan(U64_MAX / 2n)
  })

  it('stand at their price, and follow it without losing product', () => {
    for (const pool of pools) {
      const pair = pairOf(pool) ?? ''
      for (const step of [0, 777, 5_000]) {
        const price = process.poolPrice(pair, pool.venue, step)
        const { reserveA, reserveB } = targetReserves(pool, price)
        const spot = Number(reserveB) / 10 ** pool.decimalsB / (Number(reserveA) / 10 ** pool.decimalsA)
        expect(Math.abs(spot / price - 1)).toBeLessThan(1e-9)
        expect(reserveA * reserveB).toBeGreaterThanOrEqual(pool.reserveA * pool.reserveB)
      }
    }
  })
})
