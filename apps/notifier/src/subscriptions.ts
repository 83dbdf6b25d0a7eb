import { type Subscription } from './subscription'

/** Who wants what: the subscriptions of all connections, by order and by account. */
export interface Subscriptions {
  add(subscription: Subscription): void
  remove(subscription: Subscription): void
  /** They may be removed while they are gone through. */
  ofOrder(orderId: string): Iterable<Subscription>
  ofAccount(accountId: string): Iterable<Subscription>
  /** Every order, and every account, that someone is subscribed to. */
  orderIds(): string[]
  accountIds(): string[]
  readonly size: number
}

/** A set where they are several: most orders are followed once, and a set for each of ten thousand takes megabytes. */
type OneOrMore = Subscription | Set<Subscription>

const NONE: readonly Subscription[] = []

function allOf(those: OneOrMore | undefined): Iterable<Subscription> {
  if (those === undefined) return NONE
  return those instanceof Set ? those : [those]
}

export function createSubscriptions(): Subscriptions {
  const orders = new Map<string, OneOrMore>()
  const accounts = new Map<string, OneOrMore>()
  let size = 0

  function room({ topic }: Subscription): [Map<string, OneOrMore>, string] {
    return topic.kind === 'order' ? [orders, topic.orderId] : [accounts, topic.accountId]
  }

  return {
    add(subscription) {
      const [map, id] = room(subscription)
      const those = map.get(id)
      if (those === undefined) map.set(id, subscription)
      else if (those instanceof Set && !those.has(subscription)) those.add(subscription)
      else if (those !== subscription && !(those instanceof Set)) map.set(id, new Set([those, subscription]))
      else return
      size++
    },
    remove(subscription) {
      const [map, id] = room(subscription)
      const those = map.get(id)
      if (those instanceof Set ? !those.delete(subscription) : those !== subscription) return
      size--
      if (!(those instanceof Set) || those.size === 0) map.delete(id)
    },
    ofOrder: (orderId) => allOf(orders.get(orderId)),
    ofAccount: (accountId) => allOf(accounts.get(accountId)),
    orderIds: () => [...orders.keys()],
    accountIds: () => [...accounts.keys()],
    get size() {
      return size
    },
  }
}
