import { writeFileSync } from 'node:fs'
import { type Journal, type Order } from '@fillstream/store'
import { newOrder } from '../../tests/support/store'
import { type ClientEntry } from '../mains/stream-clients'
import { createTraders } from '../measure/traders'

/** A customer with one order, which his client follows. An account's cursor then counts as its order's seq does. */
export interface Member {
  readonly accountId: string
  readonly apiKey: string
  order: Order
}

/** Makes the accounts and their orders, durable and told. */
export async function createMembers(databaseUrl: string, journal: Journal, count: number): Promise<Member[]> {
  const traders = await createTraders(databaseUrl, count)
  return Promise.all(
    traders.map(async ({ accountId, apiKey }) => {
      const { order } = await journal.accept(newOrder(accountId))
      return { accountId, apiKey, order }
    }),
  )
}

/** Clients of the notifier, one a member, each with its own key and order. */
export function writeClients(file: string, members: readonly Member[]): void {
  const entries = members.map(({ apiKey, order }): ClientEntry => ({
    path: '/v1/stream',
    apiKey,
    orderId: order.id,
  }))
  writeFileSync(file, JSON.stringify(entries))
}

/** The same for bare ws, which asks for nothing. */
export function writeBareClients(file: string, members: readonly Member[]): void {
  const entries = members.map(({ order }): ClientEntry => ({
    path: `/?order=${order.id}`,
    apiKey: null,
    orderId: null,
  }))
  writeFileSync(file, JSON.stringify(entries))
}
