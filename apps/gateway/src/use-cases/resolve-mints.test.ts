import { resolveFilter, resolvePair } from './resolve-mints'

const SOL = 'So11111111111111111111111111111111111111112'
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const MARKET = 'mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So'
const OTHER = 'GDfnEsia2WLAW5t8yx2X5j2mkfA74i5kwGdDuZHt7XmG'
const tokens = { has: (mint: string) => Promise.resolve(mint === MARKET) }
const pair = (inputMint: string, outputMint: string) =>
  resolvePair({ inputMint, outputMint, amount: '1' }, tokens)

test('symbols become mints, mints stay, and a mint with a market will do', async () => {
  await expect(pair('SOL', USDC)).resolves.toEqual({ inputMint: SOL, outputMint: USDC, amount: '1' })
  await expect(pair(MARKET, 'USDC')).resolves.toMatchObject({ inputMint: MARKET })
})

test.each([
  ['SOL', OTHER, [['outputMint', 'UNKNOWN_MINT']]],
  ['sol', 'USDC', [['inputMint', 'UNKNOWN_MINT']]],
  [
    'NOPE',
    'NOPE',
    [
      ['inputMint', 'UNKNOWN_MINT'],
      ['outputMint', 'UNKNOWN_MINT'],
    ],
  ],
  [`${SOL}1`, 'USDC', [['inputMint', 'UNKNOWN_MINT']]],
  [
    '__proto__',
    'constructor',
    [
      ['inputMint', 'UNKNOWN_MINT'],
      ['outputMint', 'UNKNOWN_MINT'],
    ],
  ],
  ['SOL', SOL, [['outputMint', 'SAME_MINT']]],
  [MARKET, MARKET, [['outputMint', 'SAME_MINT']]],
])('%s and %s: %j', async (inputMint, outputMint, errors) => {
  await expect(pair(inputMint, outputMint)).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    context: { errors: errors.map(([path, code]) => ({ path, code })) },
  })
})

test('a verified token is known without asking, also while nobody answers', async () => {
  const silent = { has: () => Promise.reject(new Error('nobody answers')) }
  await expect(resolvePair({ inputMint: 'SOL', outputMint: 'USDC' }, silent)).resolves.toBeDefined()
  await expect(resolvePair({ inputMint: 'SOL', outputMint: OTHER }, silent)).rejects.toThrow('nobody answers')
})

test('a filter takes any address, for history outlives markets', () => {
  expect([resolveFilter('inputMint', 'SOL'), resolveFilter('inputMint', OTHER)]).toEqual([SOL, OTHER])
  expect(resolveFilter('inputMint', undefined)).toBeUndefined()
  expect(() => resolveFilter('inputMint', 'NOPE')).toThrow('inputMint is neither')
})
