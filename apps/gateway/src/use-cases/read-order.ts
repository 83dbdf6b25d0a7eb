import { AppError, snapshotOf, type OrderSnapshot } from '@fillstream/core'
import { type OrderCache } from '@fillstream/messaging'
import { type Clock } from '@fillstream/runtime'
import { type OrderReads } from '@fillstream/store'
import { z } from 'zod'
import { type Dependencies } from '../dependencies'

export interface ReadOrderDeps {
  readonly orders: Pick<OrderReads, 'get'>
  readonly cache: Pick<OrderCache, 'get'>
  readonly dependencies: Pick<Dependencies, 'isUp' | 'assertUp'>
  readonly clock: Clock
}

/** The account's order. Throws NOT_FOUND, also where it is another account's. */
export type ReadOrder = (accountId: string, orderId: string) => Promise<OrderSnapshot>

/**
 * The news of a step may be lost (a publisher killed between its commit and its telling), so a copy in Redis is believed
 * only while it is young.
 */
const BELIEVED_MS = 10_000

/** Reads from Redis while the order is on the move, else from Postgres; while Postgres is away, whatever Redis has. */
export function createReadOrder({ orders, cache, dependencies, clock }: ReadOrderDeps): ReadOrder {
  async function cached(accountId: string, orderId: string): Promise<OrderSnapshot | null> {
    if (!dependencies.isUp('redis')) return null
    const snapshot = await cache.get(accountId, orderId).catch(() => null)
    return snapshot?.accountId === accountId ? snapshot : null
  }
  return async (accountId, orderId) => {
    const snapshot = await cached(accountId, orderId)
    if (snapshot && isYoung(snapshot, clock)) return snapshot
    if (snapshot && !dependencies.isUp('postgres')) return snapshot
    dependencies.assertUp('postgres')
    const order = await orders.get(accountId, orderId)
    if (!order) throw noSuchOrder()
    return snapshotOf(order)
  }
}

function isYoung(snapshot: OrderSnapshot, clock: Clock): boolean {
  return clock.now() - Date.parse(snapshot.updatedAt) < BELIEVED_MS
}

const uuid = z.uuid()

/** The order id of a path. What is none names no order: NOT_FOUND. */
export function orderIdOf(params: Readonly<Record<string, string>>): string {
  const parsed = uuid.safeParse(params['orderId'])
  if (!parsed.success) throw noSuchOrder()
  return parsed.data.toLowerCase()
}

export function noSuchOrder(): AppError {
  return new AppError('NOT_FOUND', 'there is no such order')
}
