import fc from 'fast-check'
import { formatBps, formatUnits, parseBaseUnits, parseUnits } from './amounts'

test('what is shown is read back exactly', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }),
      fc.integer({ min: 0, max: 18 }),
      (amount, decimals) => {
        expect(parseUnits(formatUnits(amount, decimals), decimals)).toBe(amount)
      },
    ),
  )
})

test.each([
  ['1.5', 9, 1_500_000_000n],
  ['0.000000001', 9, 1n],
  ['1.500', 2, 150n],
  ['007', 0, 7n],
  ['18446744073.709551615', 9, (1n << 64n) - 1n],
])('%s with %i decimals', (text, decimals, amount) => {
  expect(parseUnits(text, decimals)).toBe(amount)
})

test.each(['', '.5', '5.', '-1', '1e3', '1,5', ' 1', '0', '0.0', '1.234'])(
  '%p is no amount of 2 decimals',
  (text) => {
    expect(() => parseUnits(text, 2)).toThrow('amount')
  },
)

test('base units and basis points', () => {
  expect(parseBaseUnits('250')).toBe(250n)
  expect(() => parseBaseUnits('2.5')).toThrow('integer of base units')
  expect(formatUnits(0n, 6)).toBe('0')
  expect(formatUnits(1n, 6)).toBe('0.000001')
  expect(formatBps(5)).toBe('0.05 %')
})
