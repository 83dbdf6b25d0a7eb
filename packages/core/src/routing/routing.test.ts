import { routeReceiptSchema } from '@fillstream/types'
import fc from 'fast-check'
import { type PoolState } from '../amm/pool-account'
import { VENUES } from '../amm/venues'
import { type ExclusionCode, rankQuotes, type VenueAnswer } from './rank'
import { receiptOf } from './receipt'
import { directRoute, routeOf } from './route'

const SOL = 'So11111111111111111111111111111111111111112'
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const decimals = { inDecimals: 9, outDecimals: 6 }
const [raydium, meteora, orca] = ['raydium-sim', 'meteora-sim', 'orca-sim'] as const

function poolAt(venue: PoolState['venue'], usdPerSol: bigint, change: Partial<PoolState> = {}): PoolState {
  return {
    address: VENUES.find(({ name }) => name === venue)?.programId ?? '',
    index: VENUES.findIndex(({ name }) => name === venue) + 1,
    venue,
    curve: 'constantProduct',
    mintA: SOL,
    mintB: USDC,
    vaultA: SOL,
    vaultB: USDC,
    decimalsA: 9,
    decimalsB: 6,
    reserveA: 1_000_000n * 10n ** 9n,
    reserveB: 1_000_000n * usdPerSol * 10n ** 6n,
    protocolFeesA: 0n,
    protocolFeesB: 0n,
    feeRate: 2_500n,
    openTime: 0n,
    launch: null,
    slot: 5n,
    ...change,
  }
}

function answer(
  pool: PoolState,
  swapMode: 'ExactIn' | 'ExactOut' = 'ExactIn',
  amount = 10n ** 9n,
): VenueAnswer {
  const result = directRoute(pool, { inputMint: SOL, outputMint: USDC, swapMode, amount }, 77n)
  if (!result.ok) throw new Error(result.reason)
  return { venue: pool.venue, latencyMs: 3, route: result.route }
}

function excluded(venue: string, code: ExclusionCode): VenueAnswer {
  return { venue, latencyMs: 1, route: null, code, reason: code.toLowerCase() }
}

const outcomes = (answers: VenueAnswer[]) =>
  rankQuotes(answers, decimals).quotes.map(({ venue, outcome, code, differenceBps }) => [
    venue,
    outcome,
    code,
    differenceBps,
  ])

describe('ranking', () => {
  it('prefers the most output for ExactIn, and says by how much the others lost or why they were left out', () => {
    const answers = [
      answer(poolAt(raydium, 150n)),
      excluded(meteora, 'VENUE_TIMEOUT'),
      answer(poolAt(orca, 153n)),
    ]
    expect(rankQuotes(answers, decimals).winner?.venue).toBe(orca)
    expect(outcomes(answers)).toEqual([
      [orca, 'won', 'BEST_PRICE', 0],
      [raydium, 'lost', 'WORSE_PRICE', 197],
      [meteora, 'excluded', 'VENUE_TIMEOUT', null],
    ])
  })

  it('prefers the least input for ExactOut', () => {
    const answers = [150n, 153n].map((price, place) =>
      answer(poolAt(place === 0 ? raydium : orca, price), 'ExactOut', 10n ** 6n),
    )
    expect(outcomes(answers)).toEqual([
      [orca, 'won', 'BEST_PRICE', 0],
      [raydium, 'lost', 'WORSE_PRICE', 201],
    ])
  })

  it('looks past the pool price at what arrives: a fee or a shallow pool loses a better price', () => {
    const dear = poolAt(raydium, 151n, { feeRate: 20_000n })
    const shallow = poolAt(meteora, 151n, { reserveA: 10n ** 9n, reserveB: 151n * 10n ** 6n })
    expect(
      outcomes([answer(dear), answer(shallow), answer(poolAt(orca, 150n))]).map(([venue]) => venue),
    ).toEqual([orca, raydium, meteora])
  })

  it('ranks equals the same in whatever order they came', () => {
    const answers = [raydium, meteora, orca].map((venue) => answer(poolAt(venue, 150n)))
    const forward = outcomes(answers)
    expect(outcomes([...answers].reverse())).toEqual(forward)
    expect(forward.map(([venue]) => venue)).toEqual([meteora, orca, raydium])
    expect(rankQuotes(answers, decimals).quotes[1]?.reason).toContain('as good as meteora-sim')
  })

  it('never has a row better than the winner', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 50n, max: 500n }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('ExactIn' as const, 'ExactOut' as const),
        (prices, mode) => {
          const answers = prices.map((price, place) =>
            answer(poolAt(VENUES[place]?.name ?? orca, price), mode, 10n ** 6n),
          )
          for (const row of rankQuotes(answers, decimals).quotes)
            expect(row.differenceBps).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })

  it.each<[ExclusionCode[], string]>([
    [['NO_POOL', 'NO_POOL'], 'NO_ROUTE'],
    [['NO_POOL', 'INSUFFICIENT_LIQUIDITY'], 'INSUFFICIENT_LIQUIDITY'],
    [['NO_POOL', 'VENUE_UNAVAILABLE', 'INSUFFICIENT_LIQUIDITY'], 'VENUE_UNAVAILABLE'],
    [['VENUE_UNAVAILABLE', 'VENUE_TIMEOUT'], 'VENUE_TIMEOUT'],
    [[], 'NO_ROUTE'],
  ])('fails %p with %s', (codes, failure) => {
    const ranking = rankQuotes(
      codes.map((code, place) => excluded(`venue-${place}`, code)),
      decimals,
    )
    expect(ranking.winner).toBeNull()
    expect(ranking.failure?.code).toBe(failure)
  })
})

describe('a receipt', () => {
  it('is the wire form that types declare', () => {
    const ranking = rankQuotes([answer(poolAt(raydium, 150n)), excluded(orca, 'NO_POOL')], decimals)
    if (ranking.winner === null) throw new Error('no winner')
    const receipt = receiptOf(ranking.winner, ranking, decimals, { quotedAt: new Date(0), elapsedMs: 4 })
    expect(routeReceiptSchema.parse(receipt)).toEqual(receipt)
    expect(receipt).toMatchObject({
      outAmount: '149624850',
      price: '149.62485',
      feeBps: 25,
      priceImpactBps: 1,
      contextSlot: 77,
    })
    expect(receipt.routePlan).toEqual([
      expect.objectContaining({
        leg: 0,
        bps: 10_000,
        venue: raydium,
        poolIndex: 1,
        feeAmount: '2500000',
        feeMint: SOL,
      }),
    ])
  })
})

describe('a route', () => {
  it('adds up legs and compounds hops', () => {
    const one = answer(poolAt(raydium, 150n)).route
    const other = answer(poolAt(orca, 150n, { feeRate: 10_000n }), 'ExactIn', 2n * 10n ** 9n).route
    if (one === null || other === null) throw new Error('no route')
    const [first, second] = [one.legs[0]?.hops[0], other.legs[0]?.hops[0]]
    if (first === undefined || second === undefined) throw new Error('no hop')
    const split = routeOf(
      'ExactIn',
      [
        { bps: 3_334, hops: [first] },
        { bps: 6_666, hops: [second] },
      ],
      1n,
    )
    expect(split.inAmount).toBe(3n * 10n ** 9n)
    expect(split.outAmount).toBe(one.outAmount + other.outAmount)
    expect(split.feeBps).toBe(75)
    const twice = routeOf('ExactIn', [{ bps: 10_000, hops: [second, second] }], 1n)
    expect(twice.feeBps).toBe(199)
    expect(twice.inAmount).toBe(second.swap.amountIn)
    expect(() => routeOf('ExactIn', [], 1n)).toThrow(RangeError)
    expect(() => routeOf('ExactIn', [{ bps: 10_000, hops: [] }], 1n)).toThrow(RangeError)
  })
})
