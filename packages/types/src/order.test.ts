import { orderRequestSchema, plainDecimal, shortOrderRequestSchema } from './order'

const REQUEST = { inputMint: 'SOL', outputMint: 'USDC', amount: '1' }

test('a priority fee beyond 1 SOL is refused: more than that cannot be meant, and its price would not fit a u64', () => {
  const withFee = (maxLamports: string) => ({ ...REQUEST, priorityFee: { mode: 'fixed', maxLamports } })
  expect(orderRequestSchema.safeParse(withFee('1000000000')).success).toBe(true)
  expect(orderRequestSchema.safeParse(withFee('1000000001')).success).toBe(false)
  expect(orderRequestSchema.safeParse(withFee('18446744073709551615')).success).toBe(false)
})

test.each(['1.5', '-1', '01', '', '18446744073709551616', '1000000000000000000000000000000', 5, null])(
  'the amount %p is refused',
  (amount) => {
    expect(orderRequestSchema.safeParse({ ...REQUEST, amount }).success).toBe(false)
  },
)

test('the largest u64 is an amount', () => {
  expect(orderRequestSchema.safeParse({ ...REQUEST, amount: '18446744073709551615' }).success).toBe(true)
})

test.each([
  [1e-9, '0.000000001'],
  [1.5e-7, '0.00000015'],
  [50, '50'],
  [0.123456789, '0.123456789'],
  [1e21, '1000000000000000000000'],
])('%p is written out as %s', (n, text) => {
  expect(plainDecimal(n)).toBe(text)
})

test.each([0, -1, Number.NaN, Infinity, 1e-10, 0.1234567891, '50'])(
  'the short amount %p is refused',
  (amount) => {
    expect(shortOrderRequestSchema.safeParse({ amount }).success).toBe(false)
  },
)
