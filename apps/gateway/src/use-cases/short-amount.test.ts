import fc from 'fast-check'
import { lamportsOf, withoutExponent } from './short-amount'

test.each([
  ['5e1', '50'],
  ['5E+1', '50'],
  ['1e-9', '0.000000001'],
  ['1.25e1', '12.5'],
  ['1.25e2', '125'],
  ['1.25e3', '1250'],
  ['0.5e1', '5'],
  ['0.05e1', '0.5'],
  ['10.50', '10.5'],
  ['0e5', '0'],
  ['1e41', '1e41'],
  ['-1', '-1'],
  ['1.', '1.'],
])('%s is %s', (literal, plain) => {
  expect(withoutExponent(literal)).toBe(plain)
})

test('every number of lamports is written and read exactly, with any exponent', () => {
  const lamports = fc.bigInt({ min: 1n, max: 18_000_000_000n * 1_000_000_000n })
  fc.assert(
    fc.property(lamports, fc.integer({ min: -20, max: 20 }), (amount, shift) => {
      const literal = `${amount}e${-9 - shift}`
      const digits = `${amount}${'0'.repeat(Math.max(0, shift))}`
      const text = shift >= 0 ? `{"amount":${digits}e${-9 - shift}}` : `{"amount": ${amount}e-9 }`
      expect(lamportsOf(text)).toBe(amount)
      expect(withoutExponent(literal)).not.toMatch(/e|^0\d|\.$|\.\d*0$/)
    }),
  )
})

test.each(['{"amount":0.0}', '{"amount":1e-10}', '{"amount":99999999999999}', '{"amount":true}'])(
  '%s is no amount',
  (text) => {
    expect(() => lamportsOf(text)).toThrow('at most 9 decimals')
  },
)
