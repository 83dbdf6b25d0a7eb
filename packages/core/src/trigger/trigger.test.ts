import { U64_MAX, type PriceUnit, type SwapMode } from '@fillstream/types'
import fc from 'fast-check'
import { amountAtPrice, type PricedOrder } from './limit-price'
import { trailingThreshold, unitPrice } from './trailing'
import { isExecutable, sizeClass } from './trigger'

const positive = fc.bigInt({ min: 1n, max: U64_MAX })
const decimals = fc.integer({ min: 0, max: 12 })
const price = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 15n }), fc.integer({ min: 0, max: 15 }))
  .map(([digits, places]) => {
    const text = digits.toString().padStart(places + 1, '0')
    return {
      text: places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`,
      numerator: digits,
      denominator: 10n ** BigInt(places),
    }
  })
const kind = fc.constantFrom<'limit' | 'stop'>('limit', 'stop')
const swapMode = fc.constantFrom<SwapMode>('ExactIn', 'ExactOut')
const priceUnit = fc.constantFrom<PriceUnit>('outputPerInput', 'inputPerOutput')

const sellSol = { inDecimals: 9, outDecimals: 6, swapMode: 'ExactIn', priceUnit: 'outputPerInput' } as const
const buySol = { inDecimals: 6, outDecimals: 9, swapMode: 'ExactOut', priceUnit: 'inputPerOutput' } as const

describe('the amount at a price', () => {
  it.each<[string, PricedOrder, bigint | null]>([
    [
      '1.5 SOL at 150',
      { ...sellSol, kind: 'limit', amount: 1_500_000_000n, limitPrice: '150' },
      225_000_000n,
    ],
    ['one lamport at 150, up', { ...sellSol, kind: 'limit', amount: 1n, limitPrice: '150' }, 1n],
    [
      'the same as a stop, which could never fire',
      { ...sellSol, kind: 'stop', amount: 1n, limitPrice: '150' },
      null,
    ],
    [
      '1 SOL below 150',
      { ...buySol, kind: 'limit', amount: 1_000_000_000n, limitPrice: '150' },
      150_000_000n,
    ],
    [
      '7 lamports below 150: less than a unit',
      { ...buySol, kind: 'limit', amount: 7n, limitPrice: '0.1' },
      null,
    ],
    [
      'a third, for the owner',
      { ...sellSol, kind: 'limit', amount: 1_000_000_000n, limitPrice: '3', priceUnit: 'inputPerOutput' },
      333_334n,
    ],
    ['more than a u64', { ...sellSol, kind: 'limit', amount: U64_MAX, limitPrice: '1001' }, null],
  ])('%s', (_what, order, amount) => {
    expect(amountAtPrice(order)).toBe(amount)
  })

  it('is the last at which the order may fire: it is within the price, one unit further is not', () => {
    fc.assert(
      fc.property(
        fc.record({
          kind,
          swapMode,
          priceUnit,
          amount: positive,
          inDecimals: decimals,
          outDecimals: decimals,
        }),
        price,
        (order, { text, numerator, denominator }) => {
          const threshold = amountAtPrice({ ...order, limitPrice: text })
          if (threshold === null) return
          /** Whether a fill is at least, or at most, as good as the price, by cross-multiplication. */
          const holds = (other: bigint) => {
            const [input, output] =
              order.swapMode === 'ExactIn' ? [order.amount, other] : [other, order.amount]
            const got = output * 10n ** BigInt(order.inDecimals)
            const paid = input * 10n ** BigInt(order.outDecimals)
            const [left, right] =
              order.priceUnit === 'outputPerInput'
                ? [got * denominator, paid * numerator]
                : [got * numerator, paid * denominator]
            return order.kind === 'limit' ? left >= right : left <= right
          }
          for (const executable of [threshold - 1n, threshold, threshold + 1n])
            expect(isExecutable({ ...order, threshold }, executable)).toBe(holds(executable))
        },
      ),
    )
  })
})

test('a limit fires at its threshold and better, a stop at its threshold and worse', () => {
  const fires = (kind: 'limit' | 'stop', swapMode: SwapMode) =>
    [9n, 10n, 11n].filter((executable) => isExecutable({ kind, swapMode, threshold: 10n }, executable))
  expect(fires('limit', 'ExactIn')).toEqual([10n, 11n])
  expect(fires('limit', 'ExactOut')).toEqual([9n, 10n])
  expect(fires('stop', 'ExactIn')).toEqual([9n, 10n])
  expect(fires('stop', 'ExactOut')).toEqual([10n, 11n])
})

test('the size class is the power of ten at or below the amount', () => {
  expect([1n, 9n, 10n, 999n, 1_000n, U64_MAX].map(sizeClass)).toEqual([0, 0, 1, 2, 3, 19])
  fc.assert(
    fc.property(positive, (amount) => {
      const lower = 10n ** BigInt(sizeClass(amount))
      expect(lower <= amount && amount < 10n * lower).toBe(true)
    }),
  )
  expect(() => sizeClass(0n)).toThrow(RangeError)
})

describe('a trailing stop', () => {
  it('fires its distance below the best price', () => {
    const best = unitPrice(1_000_000_000n, 150_000_000n)
    expect(best).toBe(150_000_000_000_000_000n)
    expect(trailingThreshold(best, 250)).toBe(146_250_000_000_000_000n)
    expect(() => trailingThreshold(best, 0)).toThrow(RangeError)
    expect(() => trailingThreshold(best, 10_000)).toThrow(RangeError)
  })

  it('has a threshold that is the last price far enough below, and rises with the best price', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 38n }),
        fc.integer({ min: 1, max: 9_999 }),
        (best, bps) => {
          const threshold = trailingThreshold(best, bps)
          const far = (unit: bigint) => unit * 10_000n <= best * (10_000n - BigInt(bps))
          expect([far(threshold), far(threshold + 1n)]).toEqual([true, false])
          expect(trailingThreshold(best + 1n, bps) >= threshold).toBe(true)
        },
      ),
    )
  })
})
