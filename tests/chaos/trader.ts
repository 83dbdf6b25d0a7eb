import { randomUUID } from 'node:crypto'
import {
  createClient,
  FillstreamError,
  type FillstreamClient,
  type PlaceOrderRequest,
  type StreamEvent,
} from '@fillstream/sdk'
import { type Stack } from '../support/stack'

/** An accepted order, as its trader knows it. */
export interface PlacedOrder {
  readonly key: string
  readonly orderId: string
  /** How its cancel was answered; null where none was asked for. */
  readonly cancel: 'cancelled' | 'too late' | null
}

/** A client that repeats every call until it has an answer, and hears all events of its account. */
export interface Trader {
  /**
   * Two orders that settle; two, one in each direction, whose bound is the quote itself: whichever way the market moves, one
   * fails on the chain, is tried again, and may fail for good; two that are cancelled at once; one that waits for a price out
   * of reach, and expires.
   */
  placeMixed(): Promise<PlacedOrder[]>
  /** The order that the key of an earlier one leads to. */
  placeAgain(key: string): Promise<string>
  /** All events since the account began, as they came. */
  readonly heard: readonly StreamEvent[]
  /** Stops listening; throws what ended it before. */
  leave(): Promise<void>
}

const WIDE = { inputMint: 'SOL', outputMint: 'USDC', amount: 200_000_000n, slippageBps: 1_000 }
const TIGHT_SALE = { ...WIDE, slippageBps: 0 }
const TIGHT_PURCHASE = { inputMint: 'USDC', outputMint: 'SOL', amount: 30_000_000n, slippageBps: 0 }

const OUT_OF_REACH = { ...WIDE, type: 'limit', limitPrice: '1000000' } as const
const WAITS_MS = 1_200

export function createTrader(stack: Stack): Trader {
  const client = createClient({
    baseUrl: stack.urls.gateway,
    streamUrl: stack.urls.stream,
    apiKey: stack.apiKey,
    timeoutMs: 3_000,
    maxRetries: 30,
    maxReconnects: 100,
  })
  const requests = new Map<string, PlaceOrderRequest>()
  const heard: StreamEvent[] = []
  const leaving = new AbortController()
  const listening = listen(client, heard, leaving.signal)
  // Looked at when the trader leaves.
  listening.catch(() => {})

  async function place(request: PlaceOrderRequest): Promise<PlacedOrder> {
    const key = randomUUID()
    requests.set(key, request)
    const { orderId } = await client.orders.place(request, { idempotencyKey: key })
    return { key, orderId, cancel: null }
  }

  async function placeAndCancel(request: PlaceOrderRequest): Promise<PlacedOrder> {
    const order = await place(request)
    return { ...order, cancel: await cancel(client, order.orderId) }
  }

  /** None where the gateway was away until the order's time was over. */
  async function placeAndLeave(): Promise<PlacedOrder[]> {
    const expiresAt = new Date(Date.now() + WAITS_MS).toISOString()
    try {
      return [await place({ ...OUT_OF_REACH, expiresAt })]
    } catch (error) {
      if (error instanceof FillstreamError && error.code === 'VALIDATION_FAILED') return []
      throw error
    }
  }

  return {
    heard,
    placeMixed: async () => {
      const [expiring, ...others] = await Promise.all([
        placeAndLeave(),
        ...[WIDE, WIDE, TIGHT_SALE, TIGHT_PURCHASE].map((request) => place(request)),
        ...[WIDE, WIDE].map(placeAndCancel),
      ])
      return [...expiring, ...others]
    },
    async placeAgain(key) {
      const request = requests.get(key)
      if (!request) throw new Error(`no order was placed with ${key}`)
      return (await client.orders.place(request, { idempotencyKey: key })).orderId
    },
    async leave() {
      leaving.abort()
      await listening
    },
  }
}

async function cancel(client: FillstreamClient, orderId: string): Promise<'cancelled' | 'too late'> {
  try {
    const { status } = await client.orders.cancel(orderId)
    const { status: shown } = await client.orders.get(orderId)
    expect([status, shown]).toEqual(['cancelled', 'cancelled'])
    return 'cancelled'
  } catch (error) {
    if (error instanceof FillstreamError && error.code === 'CANCEL_TOO_LATE') return 'too late'
    throw error
  }
}

async function listen(client: FillstreamClient, heard: StreamEvent[], signal: AbortSignal): Promise<void> {
  try {
    for await (const event of client.orders.watchAll({ cursor: 0, signal })) heard.push(event)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
