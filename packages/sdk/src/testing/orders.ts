import type { EventMessage, OrderStatus, OrderView } from '@fillstream/types'

const SOL = 'So11111111111111111111111111111111111111112'
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
export const ACCEPTED_AT = '2026-01-02T03:04:05.000Z'
export const TX_HASH = '5'.repeat(88)

/** A market order that sells 1.5 SOL, on the wire. */
export function wireOrder(orderId: string, changes: Partial<OrderView> = {}): OrderView {
  return {
    orderId,
    clientOrderId: null,
    type: 'market',
    status: 'pending',
    phase: null,
    inputMint: SOL,
    outputMint: USDC,
    swapMode: 'ExactIn',
    amount: '1500000000',
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
    createdAt: ACCEPTED_AT,
    updatedAt: ACCEPTED_AT,
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
      self: `/v1/orders/${orderId}`,
      events: `/v1/orders/${orderId}/events`,
      route: `/v1/orders/${orderId}/route`,
      stream: '',
    },
    ...changes,
  }
}

/** What `confirmed` says of such an order. */
export const FILL: EventMessage['data'] = {
  status: 'confirmed',
  phase: null,
  txHash: TX_HASH,
  inputUsed: '1500000000',
  outputAmount: '226412345',
  executedPrice: '150.941563',
}

/** An order id for the n-th order of a test. */
export function orderIdOf(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
}

export const WAY: readonly OrderStatus[] = ['pending', 'routing', 'building', 'submitted', 'confirmed']
