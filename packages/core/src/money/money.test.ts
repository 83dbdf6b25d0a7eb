import { decimalSchema, U64_MAX } from '@fillstream/types'
import fc from 'fast-check'
import { inBps, maxInput, minOutput } from './bps'
import { formatAmount, formatPrice, parseAmount } from './decimal'
import { divide } from './rounding'

const u64 = fc.bigInt({ min: 0n, max: U64_MAX })
const positive = fc.bigInt({ min: 1n, max: U64_MAX })
const bps = fc.integer({ min: 0, max: 10_000 })
const decimals = fc.integer({ min: 0, max: 12 })

describe('division', () => {
  it('rounds as told', () => {
    expect([divide(7n, 2n, 'down'), divide(7n, 2n, 'up'), divide(7n, 2n, 'nearest')]).toEqual([3n, 4n, 4n])
    expect([divide(5n, 3n, 'down'), divide(4n, 3n, 'nearest'), divide(6n, 3n, 'up')]).toEqual([1n, 1n, 2n])
    expect(() => divide(-1n, 2n, 'down')).toThrow(RangeError)
    expect(() => divide(1n, 0n, 'up')).toThrow(RangeError)
  })

  it('brackets the ratio', () => {
    fc.assert(
      fc.property(u64, positive, (numerator, denominator) => {
        const [down, up] = [divide(numerator, denominator, 'down'), divide(numerator, denominator, 'up')]
        expect(down * denominator <= numerator && up * denominator >= numerator && up - down <= 1n).toBe(true)
        expect([down, up]).toContain(divide(numerator, denominator, 'nearest'))
      }),
    )
  })
})

describe('slippage bounds', () => {
  it('are rounded for the trader', () => {
    expect(minOutput(1_000_001n, 50)).toBe(995_000n)
    expect(maxInput(1_000_001n, 50)).toBe(1_005_002n)
    expect([minOutput(777n, 0), maxInput(777n, 0), minOutput(777n, 10_000)]).toEqual([777n, 777n, 0n])
    expect(maxInput(U64_MAX, 1)).toBe(U64_MAX)
  })

  it('never cross the quote, and loosen with the slippage', () => {
    fc.assert(
      fc.property(u64, bps, bps, (amount, one, other) => {
        const [tight, loose] = one < other ? [one, other] : [other, one]
        expect(
          minOutput(amount, tight) <= amount && minOutput(amount, loose) <= minOutput(amount, tight),
        ).toBe(true)
        expect(maxInput(amount, tight) >= amount && maxInput(amount, loose) >= maxInput(amount, tight)).toBe(
          true,
        )
      }),
    )
  })

  it.each([-1, 10_001, 0.5, NaN])('refuse %p bps', (slippage) => {
    expect(() => minOutput(1n, slippage)).toThrow(RangeError)
    expect(() => maxInput(1n, slippage)).toThrow(RangeError)
  })

  it('says a part in basis points', () => {
    expect([inBps(1n, 3n, 'down'), inBps(1n, 3n, 'up'), inBps(1n, 4n, 'up')]).toEqual([3333, 3334, 2500])
  })
})

describe('amounts', () => {
  it('are written exactly', () => {
    expect([
      formatAmount(1_500_000_000n, 9),
      formatAmount(1n, 9),
      formatAmount(0n, 6),
      formatAmount(12n, 0),
    ]).toEqual(['1.5', '0.000000001', '0', '12'])
    expect(() => formatAmount(-1n, 2)).toThrow(RangeError)
  })

  it('are read as they were written', () => {
    fc.assert(
      fc.property(u64, decimals, (amount, places) => {
        const text = formatAmount(amount, places)
        expect(decimalSchema.safeParse(text).success).toBe(true)
        expect(parseAmount(text, places)).toBe(amount)
      }),
    )
  })

  it.each([
    '',
    '-1',
    '+1',
    '1e9',
    '.5',
    '1.',
    '01',
    ' 1',
    '1_000',
    '0x10',
    '1.0000000001',
    '18446744073.709551616',
  ])('are not %j', (text) => expect(parseAmount(text, 9)).toBeNull())

  it('may carry zeros that mean nothing', () => expect(parseAmount('1.500000000000', 9)).toBe(1_500_000_000n))
})

describe('prices', () => {
  const solToUsdc = { inAmount: 2_000_000_000n, outAmount: 302_085_001n, inDecimals: 9, outDecimals: 6 }

  it('are output for one input in human decimals', () => {
    expect(formatPrice(solToUsdc, 'down')).toBe('151.0425005')
    expect(formatPrice({ inAmount: 3n, outAmount: 1n, inDecimals: 0, outDecimals: 0 }, 'down', 4)).toBe(
      '0.3333',
    )
    expect(formatPrice({ inAmount: 3n, outAmount: 2n, inDecimals: 0, outDecimals: 0 }, 'up', 4)).toBe(
      '0.6667',
    )
    expect(formatPrice({ inAmount: 1n, outAmount: 999_999n, inDecimals: 0, outDecimals: 0 }, 'up', 3)).toBe(
      '1000000',
    )
    expect(formatPrice({ inAmount: 1n, outAmount: 0n, inDecimals: 0, outDecimals: 0 }, 'up')).toBe('0')
    expect(
      formatPrice({ inAmount: 10n ** 19n, outAmount: 1n, inDecimals: 0, outDecimals: 9 }, 'down', 3),
    ).toBe(`0.${'0'.repeat(27)}1`)
    expect(() => formatPrice({ ...solToUsdc, inAmount: 0n }, 'down')).toThrow(RangeError)
  })

  it('are exact to their digits and rounded as told', () => {
    fc.assert(
      fc.property(positive, positive, decimals, decimals, (inAmount, outAmount, inDecimals, outDecimals) => {
        const amounts = { inAmount, outAmount, inDecimals, outDecimals }
        const [down, up] = [formatPrice(amounts, 'down'), formatPrice(amounts, 'up')]
        const numerator = outAmount * 10n ** BigInt(inDecimals)
        const denominator = inAmount * 10n ** BigInt(outDecimals)
        const compared = (text: string) => {
          expect(decimalSchema.safeParse(text).success).toBe(true)
          const [whole = '0', fraction = ''] = text.split('.')
          return BigInt(whole + fraction) * denominator - numerator * 10n ** BigInt(fraction.length)
        }
        expect(compared(down) <= 0n && compared(up) >= 0n).toBe(true)
        expect([down, up]).toContain(formatPrice(amounts, 'nearest'))
        expect(Number(up) / Number(down) - 1).toBeLessThan(1e-10)
      }),
    )
  })
})
