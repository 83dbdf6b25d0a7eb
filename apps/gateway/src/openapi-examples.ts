import { PROBLEMS, type Problem, type ProblemCode } from '@fillstream/types'
import { problemType } from './http/problem-document'

const SOL = 'So11111111111111111111111111111111111111112'
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const POOL = '7vbQh9bXNRvk2nBcYzqb5rW8kZ6pQe3mXyTtDgH1sJcA'
const ORDER_ID = '01990f1e-7c2a-7b3e-9d4f-5a6b7c8d9e0f'
const ACCOUNT_ID = '01990f1e-0000-7000-8000-5a6b7c8d9e0f'
const AT = '2026-01-15T12:00:00.000Z'

const order = {
  orderId: ORDER_ID,
  clientOrderId: 'my-order-1',
  type: 'market',
  status: 'pending',
  phase: null,
  inputMint: USDC,
  outputMint: SOL,
  swapMode: 'ExactIn',
  amount: '150000000',
  slippageBps: 50,
  maxPriceImpactBps: 1_000,
  timeInForce: 'IOC',
  expiresAt: null,
  limitPrice: null,
  priceUnit: null,
  trailingBps: null,
  sniper: null,
  priorityFee: { mode: 'auto', maxLamports: '1000000' },
  lastSeq: 1,
  createdAt: AT,
  updatedAt: AT,
  minOutputAmount: null,
  maxInputAmount: null,
  attempts: [],
  route: null,
  inputUsed: null,
  outputAmount: null,
  executedPrice: null,
  txHash: null,
  fees: [],
  failure: null,
  links: {
    self: `/v1/orders/${ORDER_ID}`,
    events: `/v1/orders/${ORDER_ID}/events`,
    route: `/v1/orders/${ORDER_ID}/route`,
    stream: 'ws://127.0.0.1:3001/v1/stream',
  },
}

const route = {
  inputMint: USDC,
  outputMint: SOL,
  swapMode: 'ExactIn',
  inAmount: '150000000',
  outAmount: '993000000',
  price: '0.00662',
  feeBps: 25,
  priceImpactBps: 1,
  routePlan: [
    {
      leg: 0,
      bps: 10_000,
      venue: 'raydium-sim',
      pool: POOL,
      poolIndex: 1,
      inputMint: USDC,
      outputMint: SOL,
      inAmount: '150000000',
      outAmount: '993000000',
      feeAmount: '375000',
      feeMint: USDC,
    },
  ],
  contextSlot: 4_242,
}

const venueQuote = {
  venue: 'meteora-sim',
  pool: POOL,
  outcome: 'lost',
  code: 'WORSE_PRICE',
  reason: 'gives 310 bps less than raydium-sim',
  inAmount: '150000000',
  outAmount: '962000000',
  price: '0.00641333333333',
  feeBps: 30,
  priceImpactBps: 1,
  differenceBps: 310,
  latencyMs: 201.4,
}

const halted = {
  halted: true,
  reason: 'raydium-sim misprices SOL',
  since: AT,
  keyId: '0123456789abcdef',
}

const shortOrder = {
  requests: { 'buy 50 SOL': { amount: 50 } },
  answer: {
    status: 'pending',
    orderId: ORDER_ID,
    message: 'Order accepted; its steps are on the stream',
    stream: `ws://127.0.0.1:3001/ws?orderId=${ORDER_ID}`,
  },
}

const sellOneSol = { inputMint: 'SOL', outputMint: 'USDC', amount: '1000000000' }

export interface Example {
  /** By name, the plainest first. */
  readonly requests?: Readonly<Record<string, unknown>>
  readonly answer: unknown
}

/** What requests and their answer look like, by operation. A test holds them against the schemas. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  placeOrder: {
    requests: {
      market: { inputMint: 'USDC', outputMint: 'SOL', amount: '150000000', clientOrderId: 'my-order-1' },
      'limit: sell 1 SOL at 150 USDC or better': { ...sellOneSol, type: 'limit', limitPrice: '150' },
      'limit: buy 1 SOL at 140 USDC or better, until cancelled': {
        type: 'limit',
        inputMint: 'USDC',
        outputMint: 'SOL',
        swapMode: 'ExactOut',
        amount: '1000000000',
        limitPrice: '140',
        priceUnit: 'inputPerOutput',
        timeInForce: 'GTC',
      },
      'stop: sell 1 SOL when it is worth 120 USDC or less': {
        ...sellOneSol,
        type: 'stop',
        limitPrice: '120',
        expiresAt: '2030-01-01T00:00:00Z',
      },
      'trailing stop: sell 1 SOL when it is 2.5 % below its best price': {
        ...sellOneSol,
        type: 'trailingStop',
        trailingBps: 250,
      },
      'sniper: buy a token for 1 SOL as soon as its pool opens': {
        ...sellOneSol,
        type: 'sniper',
        outputMint: POOL,
        sniper: { maxPrice: '0.001', minLiquidity: '50000000000', maxOpenDelayMs: 5_000 },
      },
    },
    answer: order,
  },
  listOrders: { answer: { items: [order], nextCursor: null } },
  getOrderByClientId: { answer: order },
  getOrder: { answer: order },
  listOrderEvents: {
    answer: {
      items: [{ orderId: ORDER_ID, seq: 1, status: 'pending', phase: null, at: AT, data: {} }],
      nextCursor: null,
    },
  },
  getOrderRoute: {
    answer: { ...route, orderId: ORDER_ID, attempt: 1, quotes: [venueQuote], quotedAt: AT, elapsedMs: 203.1 },
  },
  cancelOrder: { answer: { ...order, status: 'cancelled', lastSeq: 2 } },
  createStreamToken: {
    answer: {
      token: 'ZXhhbXBsZS1zdHJlYW0tdG9rZW4tb2YtNjAtc2Vjb25kcw',
      expiresAt: '2026-01-15T12:01:00.000Z',
      url: 'ws://127.0.0.1:3001/v1/stream?token=ZXhhbXBsZS1zdHJlYW0tdG9rZW4tb2YtNjAtc2Vjb25kcw',
    },
  },
  quote: {
    requests: { '150 USDC': { inputMint: 'USDC', outputMint: 'SOL', amount: '150000000' } },
    answer: {
      ...route,
      quoteId: '01990f1e-7c2a-7b3e-9d4f-000000000001',
      otherAmountThreshold: '988035000',
      slippageBps: 50,
      expiresAt: '2026-01-15T12:00:10.000Z',
      alternatives: [venueQuote],
    },
  },
  listTokens: {
    answer: {
      items: [{ mint: SOL, symbol: 'SOL', name: 'Wrapped SOL', decimals: 9, verified: true }],
      nextCursor: null,
    },
  },
  listVenues: {
    answer: {
      items: [{ venue: 'raydium-sim', status: 'up', pools: 6, lastSlot: 4_242, latencyMs: 201.2 }],
      nextCursor: null,
    },
  },
  listPools: {
    answer: {
      items: [
        {
          pool: POOL,
          venue: 'raydium-sim',
          curve: 'constantProduct',
          mintA: SOL,
          mintB: USDC,
          reserveA: '5000000000000000',
          reserveB: '755000000000000',
          price: '151',
          feeBps: 25,
          openTime: null,
          slot: 4_242,
        },
      ],
      nextCursor: null,
    },
  },
  getAccount: {
    answer: {
      accountId: ACCOUNT_ID,
      name: 'demo',
      key: { keyId: '0123456789abcdef', scopes: ['trade'] },
      wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
      limits: { requestsPerSecond: 1_000, ordersPerSecond: 500, connections: 100 },
      balances: [{ mint: SOL, symbol: 'SOL', decimals: 9, amount: '1000000000000' }],
    },
  },
  execute: shortOrder,
  executeOrder: shortOrder,
  getTrading: { answer: halted },
  setTrading: { requests: { halt: { halted: true, reason: halted.reason } }, answer: halted },
}

/** A problem document of each code. */
export function problemExample(code: ProblemCode): Problem {
  const { status, title, retryable } = PROBLEMS[code]
  const errors =
    code === 'VALIDATION_FAILED'
      ? [{ path: 'amount', code: 'invalid_format', message: 'must be an integer of base units' }]
      : []
  return {
    type: problemType(code),
    title,
    status,
    detail: title,
    instance: '/v1/orders',
    code,
    retryable,
    requestId: '01990f1e-7c2a-7b3e-9d4f-0000000000aa',
    errors,
  }
}
