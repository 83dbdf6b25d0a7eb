import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  createStore,
  type NewOrder,
  type OrderAppend,
  type Store,
  type StoreConfig,
  type Stretch,
} from '@fillstream/store'
import { WRAPPED_SOL_MINT, type OrderStatus } from '@fillstream/types'

const USDC_MINT = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkTwyTDt1v'

/** Waiting and measuring as the real clock does it. */
export const realClock = {
  monotonic: () => performance.now(),
  sleep: (ms: number, signal?: AbortSignal): Promise<void> => delay(ms, undefined, signal ? { signal } : {}),
}

export function openStore(databaseUrl: string, config: Omit<StoreConfig, 'databaseUrl'> = {}): Store {
  return createStore({ databaseUrl, ...config }, { clock: realClock })
}

/** Whatever has happened in a test, up to now. */
export const LAST_DAY: Stretch = { after: null, lengthMs: 86_400_000, endedMsAgo: -1_000 }

/** A new account, and its id. */
export async function newAccount(store: Store): Promise<string> {
  const id = randomUUID()
  await store.accounts.create({ id, name: 'test' })
  return id
}

/** An order that sells 1 SOL for USDC. */
export function newOrder(accountId: string, fields: Partial<NewOrder> = {}): NewOrder {
  return {
    id: randomUUID(),
    accountId,
    clientOrderId: null,
    type: 'market',
    inputMint: WRAPPED_SOL_MINT,
    outputMint: USDC_MINT,
    swapMode: 'ExactIn',
    amount: 1_000_000_000n,
    slippageBps: 50,
    maxPriceImpactBps: 1_000,
    timeInForce: 'IOC',
    expiresAt: null,
    limitPrice: null,
    priceUnit: null,
    threshold: null,
    trailingBps: null,
    sniper: null,
    minOutputAmount: null,
    maxInputAmount: null,
    priorityFee: { mode: 'auto', maxLamports: 1_000_000n },
    idempotencyKey: null,
    bodyHash: 'hash',
    eventId: randomUUID(),
    ...fields,
  }
}

/** The steps from `path[0]`, where an order stands at `expectedSeq`, to each of the other statuses. */
export function steps(
  order: { id: string; accountId: string },
  expectedSeq: number,
  path: readonly [OrderStatus, ...OrderStatus[]],
  fields: Partial<OrderAppend> = {},
): OrderAppend {
  const [from, ...statuses] = path
  return {
    orderId: order.id,
    accountId: order.accountId,
    from,
    expectedSeq,
    events: statuses.map((status) => ({ eventId: randomUUID(), status, phase: null, data: {} })),
    ...fields,
  }
}

/** A signed first attempt, as far as the store is concerned. */
export function submittedAttempt(attempt = 1): Extract<OrderAppend['attempt'], { kind: 'submit' }> {
  return {
    kind: 'submit',
    attempt,
    signature: randomBytes(44).toString('hex'),
    signedTransaction: randomBytes(64),
    lastValidBlockHeight: 150,
    genesisHash: 'genesis',
    reference: 'reference',
    venues: ['raydium-sim'],
    expectedAmount: 150_000_000n,
    leaseOwner: 'watcher-1',
    leaseMs: 10_000,
  }
}

/** Repeats `check` until it passes; fails with its last error after `withinMs`. */
export async function eventually<T>(check: () => Promise<T> | T, withinMs = 10_000): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > end) throw error
      await delay(10)
    }
  }
}
