import { type PoolState, quotePool } from '@fillstream/core'
import fc from 'fast-check'
import { evaluateRoute, type RouteRequest } from './evaluate'

const A = 'So11111111111111111111111111111111111111112'
const B = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const C = 'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB'

function pool(index: number, mintA: string, mintB: string, more: Partial<PoolState> = {}): PoolState {
  return {
    address: `pool ${index}`,
    index,
    venue: 'raydium-sim',
    curve: 'constantProduct',
    mintA,
    mintB,
    vaultA: `a ${index}`,
    vaultB: `b ${index}`,
    decimalsA: 9,
    decimalsB: 6,
    reserveA: 1_000_000_000_000n,
    reserveB: 2_000_000_000_000n,
    protocolFeesA: 0n,
    protocolFeesB: 0n,
    feeRate: 2_500n,
    openTime: 0n,
    launch: null,
    slot: 0n,
    ...more,
  }
}

const pools = [
  pool(0, A, B),
  pool(1, A, C, { reserveA: 5_000_000_000n, reserveB: 7_000_000_000n }),
  pool(2, B, C, { feeRate: 3_000n }),
  pool(3, A, B, { feeRate: 3_000n, reserveA: 900_000_000_000n }),
  pool(4, A, B, { openTime: 1_000n }),
]
const at = (index: number) => pools[index]
const request = (more: Partial<RouteRequest>): RouteRequest => ({
  swapMode: 'ExactIn',
  inputMint: A,
  legs: [{ amount: 1_000_000_000n, pools: [0] }],
  output: 0n,
  slot: 9n,
  now: 999n,
  refusesSale: () => false,
  ...more,
})

it('ExactIn over one pool is the curve of that pool', () => {
  const outcome = evaluateRoute(at, request({}))
  expect(outcome).toMatchObject({ feasible: true, output: 1_993_011_970n })
  expect(outcome.legs[0]?.hops[0]?.after).toMatchObject({ slot: 9n, protocolFeesA: 400_000n })
})

it('is not feasible below the minimum, and says what the curves give', () => {
  expect(evaluateRoute(at, request({ output: 1_993_011_970n })).feasible).toBe(true)
  expect(evaluateRoute(at, request({ output: 1_993_011_971n }))).toEqual({
    feasible: false,
    output: 1_993_011_970n,
    legs: [],
  })
})

it('passes to each pool exactly what the one before gave', () => {
  const outcome = evaluateRoute(
    at,
    request({ inputMint: C, legs: [{ amount: 50_000n, pools: [1, 0, 2, 1] }] }),
  )
  const [leg] = outcome.legs
  expect(leg?.hops).toHaveLength(4)
  leg?.hops.slice(1).forEach((hop, index) => {
    expect(hop.swap.amountIn).toBe(leg.hops[index]?.swap.amountOut)
  })
})

it('lets legs that meet in a pool see each other', () => {
  const twice = evaluateRoute(
    at,
    request({
      legs: [
        { amount: 500_000_000n, pools: [0] },
        { amount: 500_000_000n, pools: [0] },
      ],
    }),
  )
  expect(twice.legs[0]?.amountOut).toBeGreaterThan(twice.legs[1]?.amountOut ?? 0n)
  expect(twice.legs[1]?.hops[0]?.pool).toEqual(twice.legs[0]?.hops[0]?.after)
})

it('gives nothing where a pool is not open yet, is unknown or runs dry', () => {
  const nothing = { feasible: false, output: 0n, legs: [] }
  expect(evaluateRoute(at, request({ legs: [{ amount: 5n, pools: [4] }] }))).toEqual(nothing)
  expect(evaluateRoute(at, request({ legs: [{ amount: 5n, pools: [4] }], now: 1_000n })).feasible).toBe(true)
  expect(evaluateRoute(at, request({ legs: [{ amount: 5n, pools: [77] }] }))).toEqual(nothing)
  expect(evaluateRoute(at, request({ legs: [{ amount: 1n << 64n, pools: [0] }] }))).toEqual(nothing)
})

it('ExactOut gives exactly what was asked for, takes no more of a leg than was signed, and says no only rightly', () => {
  const route = fc.constantFrom([0], [3], [1, 2])
  fc.assert(
    fc.property(
      fc.array(fc.record({ amount: fc.bigInt(1n, 10n ** 12n), pools: route }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.integer({ min: 1, max: 12_000 }),
      (legs, bps) => {
        const most = evaluateRoute(at, request({ legs }))
        fc.pre(most.feasible && most.output > 0n)
        const output = (most.output * BigInt(bps)) / 10_000n
        fc.pre(output > 0n)
        const outcome = evaluateRoute(at, request({ swapMode: 'ExactOut', legs, output }))
        expect(outcome.feasible).toBe(output <= most.output)
        if (!outcome.feasible) {
          expect(outcome.output).toBeLessThan(output)
          return
        }
        expect(outcome.output).toBe(output)
        expect(outcome.legs.reduce((sum, leg) => sum + leg.amountOut, 0n)).toBe(output)
        outcome.legs.forEach((leg, index) => {
          expect(leg.amountIn).toBeLessThanOrEqual(legs[index]?.amount ?? 0n)
        })
      },
    ),
    { numRuns: 300, seed: 11 },
  )
})

it('ExactOut over one pool costs what the curve says', () => {
  const quote = quotePool(pools[0] ?? pool(0, A, B), A, 'ExactOut', 1_993_011_970n)
  const signed = request({ swapMode: 'ExactOut', output: 1_993_011_970n })
  expect(evaluateRoute(at, signed).legs[0]?.amountIn).toBe(quote.ok ? quote.swap.amountIn : -1n)
})
