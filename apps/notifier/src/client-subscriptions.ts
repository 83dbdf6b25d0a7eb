import { orderIdSchema, type Channel, type OrderChannel, type ServerMessage } from '@fillstream/types'
import { orderView } from '@fillstream/core'
import { type StreamContext } from './context'
import { errorFrame, eventFrame, messageFrame, type Where } from './frames'
import { createNewestPrice } from './newest-price'
import { type Outbox } from './outbox'
import { createSubscription, type Sink, type Subscription, type SubscriptionStart } from './subscription'

/** A subscribe message, its channel and id made plain. */
export interface SubscribeRequest {
  readonly where: Where
  readonly afterSeq: number | undefined
  readonly cursor: number | undefined
}

/** The subscriptions of one connection. */
export interface ClientSubscriptions {
  /** Answers with the snapshot, the replay and live events; one of the same channel and id is replaced. */
  subscribe(accountId: string, request: SubscribeRequest): void
  unsubscribe(where: Where): void
  closeAll(): void
  readonly size: number
}

/** One subscription from its request on: the snapshot first, then the events. */
interface Entry {
  closed: boolean
  /** Ends what was started for it. */
  stop(): void
}

export function createClientSubscriptions(outbox: Outbox, context: StreamContext): ClientSubscriptions {
  const { snapshots, subscriptions, launches, prices, events, limits, streamBase } = context
  const entries = new Map<string, Entry>()

  const keyOf = ({ channel, id }: Where) => `${channel}:${id ?? ''}`

  function close(entry: Entry): void {
    entry.closed = true
    entry.stop()
  }

  function forget(where: Where, entry: Entry): void {
    close(entry)
    if (entries.get(keyOf(where)) === entry) entries.delete(keyOf(where))
  }

  function follow(
    where: Where & { readonly channel: OrderChannel },
    entry: Entry,
    start: SubscriptionStart,
    completed: (position: number) => { lastSeq: number; cursor?: number },
  ): Subscription {
    const sink: Sink = {
      event(news) {
        outbox.send(eventFrame(where.channel, news))
        events.eventSent(where.channel)
      },
      replayComplete(position) {
        outbox.send(messageFrame({ type: 'replayComplete', ...where, ...completed(position) }))
      },
      interrupted(error) {
        events.readFailed('replay', error)
        outbox.send(
          errorFrame('DEPENDENCY_UNAVAILABLE', 'the event log cannot be read now: it is tried again', where),
        )
      },
      full: () => outbox.full(),
      room: () => outbox.room(),
    }
    const subscription = createSubscription(start, context, sink, () => forget(where, entry))
    entry.stop = () => {
      subscription.close()
      subscriptions.remove(subscription)
    }
    subscriptions.add(subscription)
    return subscription
  }

  async function answer(
    where: Where,
    entry: Entry,
    snapshot: Extract<ServerMessage, { type: 'subscribed' }>['snapshot'],
  ): Promise<void> {
    if (outbox.full()) await outbox.room()
    if (!entry.closed) outbox.send(messageFrame({ type: 'subscribed', ...where, snapshot }))
  }

  async function startOrder(accountId: string, id: string, entry: Entry, afterSeq: number): Promise<void> {
    const where = { channel: 'order', id } as const
    const notFound = () => {
      forget(where, entry)
      outbox.send(errorFrame('NOT_FOUND', 'there is no such order', where))
    }
    if (!orderIdSchema.safeParse(id).success) return notFound()
    let known = 0
    // Before the snapshot is read, so that no news falls between: who has missed nothing then needs no log.
    const subscription = follow(
      where,
      entry,
      { topic: { kind: 'order', orderId: id, accountId }, after: afterSeq },
      (position) => ({ lastSeq: position === afterSeq ? Math.min(afterSeq, known) : position }),
    )
    const snapshot = await snapshots.order(accountId, id)
    if (entry.closed) return
    if (!snapshot) return notFound()
    await answer(where, entry, orderView(snapshot, { streamBase }))
    known = snapshot.lastSeq
    subscription.begin(known, true)
  }

  async function startOrders(accountId: string, entry: Entry, after: number | undefined): Promise<void> {
    const where = { channel: 'orders', id: null } as const
    // The cursor first: what happens while the orders are read is told again as an event, never missed.
    const cursor = await snapshots.cursor(accountId)
    const active = await snapshots.active(accountId)
    if (entry.closed) return
    await answer(where, entry, { cursor, orders: active.map((order) => orderView(order, { streamBase })) })
    if (entry.closed) return
    const subscription = follow(
      where,
      entry,
      { topic: { kind: 'account', accountId }, after: after ?? cursor },
      (position) => ({ lastSeq: 0, cursor: position }),
    )
    subscription.begin(cursor, false)
  }

  async function startPools(entry: Entry): Promise<void> {
    const where = { channel: 'pools', id: null } as const
    if (outbox.full()) await outbox.room()
    if (entry.closed) return
    outbox.send(messageFrame({ type: 'subscribed', ...where, snapshot: { launches: launches.recent() } }))
    entry.stop = launches.listen((frame) => {
      outbox.send(frame)
      events.eventSent('pools')
    })
  }

  async function startPrices(id: string, entry: Entry): Promise<void> {
    const where = { channel: 'prices', id } as const
    const newest = createNewestPrice(outbox, () => events.eventSent('prices'))
    // Before the snapshot is read, so that none falls between.
    const unlisten = prices.listen(id, newest.offer)
    entry.stop = () => {
      newest.stop()
      unlisten()
    }
    const price = await prices.last(id)
    await answer(where, entry, { price })
    newest.start(price?.slot ?? -1)
  }

  return {
    subscribe(accountId, { where, afterSeq, cursor }) {
      const previous = entries.get(keyOf(where))
      if (!previous && entries.size >= limits.maxSubscriptions) {
        const message = `a connection may have ${limits.maxSubscriptions} subscriptions`
        outbox.send(errorFrame('RATE_LIMITED', message, where))
        return
      }
      if (previous) close(previous)
      const entry: Entry = { closed: false, stop: () => undefined }
      entries.set(keyOf(where), entry)
      const start: Record<Channel, () => Promise<void>> = {
        order: () => startOrder(accountId, where.id ?? '', entry, afterSeq ?? 0),
        orders: () => startOrders(accountId, entry, cursor),
        prices: () => startPrices(where.id ?? '', entry),
        pools: () => startPools(entry),
      }
      start[where.channel]().catch((error: unknown) => {
        if (entry.closed) return
        forget(where, entry)
        events.readFailed('snapshot', error)
        outbox.send(
          errorFrame('DEPENDENCY_UNAVAILABLE', 'the snapshot cannot be read now: subscribe again', where),
        )
      })
    },
    unsubscribe(where) {
      const entry = entries.get(keyOf(where))
      if (entry) forget(where, entry)
      outbox.send(messageFrame({ type: 'unsubscribed', ...where }))
    },
    closeAll() {
      for (const entry of entries.values()) close(entry)
      entries.clear()
    },
    get size() {
      return entries.size
    },
  }
}
