import { type Subscription } from './subscription'

/** Who wants what: the subscriptions of all connections, by order and by account. */
export interface Subscriptions {
  add(subscription: Subscription): void
  remove(subscription: Subscription): void
  ofOrder(orderId: string): ReadonlySet<Subscription>
  ofAccount(accountId: string): ReadonlySet<Subscription>
  /** Every order, and every account, that someone is subscribed to. */
  orderIds(): string[]
  accountIds(): string[]
  readonly size: number
}

const NONE: ReadonlySet<Subscription> = new Set()

export function createSubscriptions(): Subscriptions {
  const orders = new Map<string, Set<Subscription>>()
  const accounts = new Map<string, Set<Subscription>>()
  let size = 0

  function room({ topic }: Subscription): [Map<string, Set<Subscription>>, string] {
    return topic.kind === 'order' ? [orders, topic.orderId] : [accounts, topic.accountId]
  }

  return {
    add(subscription) {
      const [map, id] = room(subscription)
      const those = map.get(id) ?? new Set()
      map.set(id, those)
      if (those.has(subscription)) return
      those.add(subscription)
      size++
    },
    remove(subscription) {
      const [map, id] = room(subscription)
      const those = map.get(id)
      if (!those?.delete(subscription)) return
      size--
      if (those.size === 0) map.delete(id)
    },
    ofOrder: (orderId) => orders.get(orderId) ?? NONE,
    ofAccount: (accountId) => accounts.get(accountId) ?? NONE,
    orderIds: () => [...orders.keys()],
    accountIds: () => [...accounts.keys()],
    get size() {
      return size
    },
  }
}
