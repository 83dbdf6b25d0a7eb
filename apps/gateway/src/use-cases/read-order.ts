import { AppError, snapshotOf, type OrderSnapshot } from '@fillstream/core'
import { type OrderCache } from '@fillstream/messaging'
import { type OrderReads } from '@fillstream/store'
import { z } from 'zod'
import { type Dependencies } from '../dependencies'

export interface ReadOrderDeps {
  readonly orders: Pick<OrderReads, 'get'>
  readonly cache: Pick<OrderCache, 'aged'>
  readonly dependencies: Pick<Dependencies, 'isUp' | 'assertUp'>
}

/** The account's order. Throws NOT_FOUND, also where it is another account's. */
export type ReadOrder = (accountId: string, orderId: string) => Promise<OrderSnapshot>

/**
 * The news of a step may be lost (a publisher killed between its commit and its telling), so a copy in Redis is believed
 * only while it is young.
 */
const BELIEVED_MS = 10_000

/** Reads from Redis while the order is on the move, else from Postgres; while Postgres is away, whatever Redis has. */
export function createReadOrder({ orders, cache, dependencies }: ReadOrderDeps): ReadOrder {
  async function cached(accountId: string, orderId: string) {
    if (!dependencies.isUp('redis')) return null
    const copy = await cache.aged(accountId, orderId).catch(() => null)
    return copy?.order.accountId === accountId ? copy : null
  }
  return async (accountId, orderId) => {
    const copy = await cached(accountId, orderId)
    if (copy && (copy.ageMs < BELIEVED_MS || !dependencies.isUp('postgres'))) return copy.order
    dependencies.assertUp('postgres')
    const order = await orders.get(accountId, orderId)
    if (!order) throw noSuchOrder()
    return snapshotOf(order)
  }
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
