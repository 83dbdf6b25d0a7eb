import { U64_MAX, type SwapMode } from '@fillstream/types'
import fc from 'fast-check'
import { type PoolState } from '../amm/pool-account'
import { bestAmount } from './best-amount'
import { classBounds } from './class-bounds'
import { priceLadder } from './price-ladder'

const A = 'So11111111111111111111111111111111111111112'
const B = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'

function poolOf(reserveA: bigint, reserveB: bigint, feeRate: bigint): PoolState {
  return {
    address: A,
    index: 1,
    venue: 'raydium-sim',
    curve: 'constantProduct',
    mintA: A,
    mintB: B,
    vaultA: A,
    vaultB: B,
    decimalsA: 9,
    decimalsB: 6,
    reserveA,
    reserveB,
    protocolFeesA: 0n,
    protocolFeesB: 0n,
    feeRate,
    openTime: 0n,
    launch: null,
    slot: 1n,
  }
}

const SOL_USDC = poolOf(10n ** 15n, 150n * 10n ** 12n, 2_500n)

/** Amounts of every magnitude alike. */
const amount = fc
  .tuple(fc.integer({ min: 0, max: 18 }), fc.integer({ min: 1_000, max: 9_999 }))
  .map(([power, digits]) => (BigInt(digits) * 10n ** BigInt(power)) / 1_000n || 1n)
const pool = fc
  .tuple(amount, amount, fc.bigInt({ min: 0n, max: 400_000n }))
  .map(([a, b, feeRate]) => poolOf(a, b, feeRate))
const pools = fc.array(pool, { minLength: 1, maxLength: 3 })
const swapMode = fc.constantFrom('ExactIn' as const, 'ExactOut' as const)

describe('the price ladder', () => {
  it('has what the best pool gives for each power of ten', () => {
    const dearer = { ...SOL_USDC, reserveB: 153n * 10n ** 12n }
    const { exactIn, exactOut } = priceLadder([SOL_USDC, dearer], A, B)
    expect(exactIn.find(({ size }) => size === '1000000000')).toEqual({
      size: '1000000000',
      amount: '152617347',
    })
    expect(exactOut.find(({ size }) => size === '1000000')?.amount).toBe('6552329')
    // One lamport buys nothing; a pool of 153 million cannot give a billion.
    expect(exactIn[0]?.size).toBe('10')
    expect(exactOut.at(-1)?.size).toBe('100000000000000')
  })

  it('is empty without pools', () => {
    expect(priceLadder([], A, B)).toEqual({ exactIn: [], exactOut: [] })
  })
})

/** What neither 10^18 nor 10^19 can be swapped over, but sizes between them: one base unit for 1.69 * 10^18. */
const SCARCE = poolOf(8_447n * 10n ** 15n, 6n, 0n)
const SATED = poolOf(18n * 10n ** 18n, 10n ** 18n, 0n)
const BETWEEN_MISSING_RUNGS: [PoolState[], SwapMode, bigint, boolean][] = [
  [[SCARCE], 'ExactIn', 1_690n * 10n ** 15n, true],
  [[SATED, SCARCE], 'ExactIn', 1_690n * 10n ** 15n, true],
]

describe('the bounds of a size class', () => {
  it('hold the price of every size of the class', () => {
    fc.assert(
      fc.property(pools, swapMode, amount, fc.boolean(), (some, mode, size, forward) => {
        const [inputMint, outputMint] = forward ? [A, B] : [B, A]
        const other = bestAmount(some, { inputMint, outputMint, swapMode: mode, amount: size })
        fc.pre(other !== null && size <= U64_MAX)
        const price = mode === 'ExactIn' ? Number(other) / Number(size) : Number(size) / Number(other)
        const sizeClass = size.toString().length - 1
        const bounds = classBounds(priceLadder(some, inputMint, outputMint), mode, sizeClass)
        const { best, worst } = bounds ?? { best: -1, worst: Infinity }
        expect(price).toBeLessThanOrEqual(best)
        expect(price).toBeGreaterThanOrEqual(worst)
      }),
      { numRuns: 5_000, examples: BETWEEN_MISSING_RUNGS },
    )
  })

  it('are none where no size of the class can be filled', () => {
    const ladder = priceLadder([SOL_USDC], A, B)
    expect(classBounds(ladder, 'ExactOut', 14)).not.toBeNull()
    expect(classBounds(ladder, 'ExactOut', 15)).toBeNull()
    expect(classBounds(priceLadder([], A, B), 'ExactIn', 0)).toBeNull()
  })

  it('are close together where the pools are deep', () => {
    const bounds = classBounds(priceLadder([SOL_USDC], A, B), 'ExactIn', 9)
    expect((bounds?.best ?? Infinity) / (bounds?.worst ?? 0) - 1).toBeLessThan(1e-4)
  })
})
