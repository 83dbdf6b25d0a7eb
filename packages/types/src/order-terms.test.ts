import { orderRequestSchema } from './order'

const REQUEST = { inputMint: 'SOL', outputMint: 'USDC', amount: '1' }

function wrongFields(fields: object): string[] {
  const parsed = orderRequestSchema.safeParse({ ...REQUEST, ...fields })
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
}

test.each([
  [{}],
  [{ type: 'limit', limitPrice: '150' }],
  [{ type: 'limit', limitPrice: '0.0066', priceUnit: 'inputPerOutput', timeInForce: 'IOC' }],
  [{ type: 'limit', limitPrice: '150', timeInForce: 'GTC', swapMode: 'ExactOut' }],
  [{ type: 'limit', limitPrice: '150', timeInForce: 'GTD', expiresAt: '2030-01-02T03:04:05Z' }],
  [{ type: 'limit', limitPrice: '150', expiresAt: '2030-01-02T03:04:05.678Z' }],
  [{ type: 'stop', limitPrice: '120' }],
  [{ type: 'trailingStop', trailingBps: 250 }],
  [{ type: 'sniper' }],
  [{ type: 'sniper', sniper: { maxPrice: '0.001', safety: { requireMintRenounced: false } } }],
])('%j is an order', (fields) => {
  expect(wrongFields(fields)).toEqual([])
})

test.each([
  [{ limitPrice: '150' }, 'limitPrice is not a field of a market order'],
  [{ timeInForce: 'GTC' }, 'timeInForce must be IOC for a market order'],
  [{ expiresAt: '2030-01-02T03:04:05Z' }, 'expiresAt goes with timeInForce GTD alone'],
  [{ type: 'limit' }, 'limitPrice is required for a limit order'],
  [{ type: 'limit', limitPrice: '0.000' }, 'limitPrice must be above zero'],
  [{ type: 'limit', limitPrice: 150 }, 'limitPrice Invalid input: expected string, received number'],
  [{ type: 'limit', limitPrice: `1.${'0'.repeat(39)}` }, 'limitPrice must have at most 40 characters'],
  [{ type: 'limit', limitPrice: '1', trailingBps: 5 }, 'trailingBps is not a field of a limit order'],
  [{ type: 'limit', limitPrice: '1', sniper: {} }, 'sniper is not a field of a limit order'],
  [
    { type: 'limit', limitPrice: '1', timeInForce: 'GTC', expiresAt: '2030-01-02T03:04:05Z' },
    'expiresAt goes with timeInForce GTD alone',
  ],
  [{ type: 'limit', limitPrice: '1', expiresAt: '2030-02-30T03:04:05Z' }, 'expiresAt Invalid ISO datetime'],
  [{ type: 'stop', limitPrice: '1', timeInForce: 'IOC' }, 'timeInForce must be GTD or GTC for a stop order'],
  [{ type: 'trailingStop' }, 'trailingBps is required for a trailingStop order'],
  [{ type: 'trailingStop', trailingBps: 0 }, 'trailingBps Too small: expected number to be >=1'],
  [{ type: 'trailingStop', trailingBps: 10_000 }, 'trailingBps Too big: expected number to be <=9999'],
  [
    { type: 'trailingStop', trailingBps: 1, priceUnit: 'outputPerInput' },
    'priceUnit is not a field of a trailingStop order',
  ],
  [{ type: 'sniper', swapMode: 'ExactOut' }, 'swapMode must be ExactIn for a sniper order'],
  [{ type: 'sniper', sniper: { maxPrise: '1' } }, 'sniper Unrecognized key: "maxPrise"'],
  [{ type: 'twap' }, expect.stringMatching(/^type Invalid option/)],
])('%j is refused', (fields, problem) => {
  expect(wrongFields(fields)).toEqual([problem])
})

test('what a sniper leaves out is filled in with safe values', () => {
  expect(orderRequestSchema.parse({ ...REQUEST, type: 'sniper', sniper: {} }).sniper).toEqual({
    minLiquidity: null,
    maxOpenDelayMs: 60_000,
    maxPrice: null,
    safety: {
      requireMintRenounced: true,
      requireFreezeRenounced: true,
      maxCreatorShareBps: 2_000,
      maxRoundTripLossBps: 3_000,
    },
  })
})
