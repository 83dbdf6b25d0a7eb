import { orderIdSchema, type OrderChannel, type OrderNews, type ServerMessage } from '@fillstream/types'
import { orderView } from '@fillstream/core'
import { type StreamContext } from './context'
import { errorFrame, eventFrame, messageFrame, type Where } from './frames'
import { type Outbox } from './outbox'
import { createSubscription, type Sink, type Subscription } from './subscription'

export type Snapshot = Extract<ServerMessage, { type: 'subscribed' }>['snapshot']

const ORDERS = { channel: 'orders', id: null } as const

/** The connection that a subscription belongs to. */
export interface Home {
  readonly outbox: Outbox
  readonly context: StreamContext
  answer(entry: FollowingEntry, snapshot: Snapshot): Promise<void>
  /** It is over, by itself. */
  forget(entry: FollowingEntry): void
}

/** What follows the events of one order, or of all orders of an account: sends them as messages of its channel. */
export abstract class FollowingEntry implements Sink {
  abstract readonly where: Where & { readonly channel: OrderChannel }
  closed = false
  protected readonly home: Home
  protected subscription: Subscription | null = null

  constructor(home: Home) {
    this.home = home
  }

  event(news: OrderNews): void {
    const { outbox, context } = this.home
    const { channel } = this.where
    outbox.send(eventFrame(channel, news))
    context.events.eventSent(channel)
  }

  abstract replayComplete(position: number): void

  interrupted(error: unknown): void {
    const { outbox, context } = this.home
    context.events.readFailed('replay', error)
    const message = 'the event log cannot be read now: it is tried again'
    outbox.send(errorFrame('DEPENDENCY_UNAVAILABLE', message, this.where))
  }

  full(): boolean {
    return this.home.outbox.full()
  }

  room(): Promise<void> {
    return this.home.outbox.room()
  }

  ended(): void {
    this.home.forget(this)
  }

  stop(): void {
    if (this.subscription === null) return
    this.subscription.close()
    this.home.context.subscriptions.remove(this.subscription)
  }

  protected follow(subscription: Subscription): void {
    this.subscription = subscription
    this.home.context.subscriptions.add(subscription)
  }
}

/** A subscription to `order`. */
export class OrderEntry extends FollowingEntry {
  readonly where: Where & { readonly channel: 'order'; readonly id: string }
  readonly #afterSeq: number
  #known = 0

  constructor(home: Home, id: string, afterSeq: number) {
    super(home)
    this.where = { channel: 'order', id }
    this.#afterSeq = afterSeq
  }

  /** Answers with the snapshot and begins. Rejects where that cannot be read. */
  async start(accountId: string): Promise<void> {
    const { context } = this.home
    const { id } = this.where
    if (!orderIdSchema.safeParse(id).success) return this.#notFound()
    // Before the snapshot is read, so that no news falls between: who has missed nothing then needs no log.
    const topic = { kind: 'order', orderId: id, accountId } as const
    const subscription = createSubscription({ topic, after: this.#afterSeq }, context, this)
    this.follow(subscription)
    const snapshot = await context.snapshots.order(accountId, id)
    if (this.closed) return
    if (!snapshot) return this.#notFound()
    await this.home.answer(this, orderView(snapshot, { streamBase: context.streamBase }))
    this.#known = snapshot.lastSeq
    subscription.begin(this.#known, true)
  }

  replayComplete(position: number): void {
    const lastSeq = position === this.#afterSeq ? Math.min(this.#afterSeq, this.#known) : position
    this.home.outbox.send(messageFrame({ type: 'replayComplete', ...this.where, lastSeq }))
  }

  #notFound(): void {
    this.home.forget(this)
    this.home.outbox.send(errorFrame('NOT_FOUND', 'there is no such order', this.where))
  }
}

/** A subscription to `orders`. */
export class OrdersEntry extends FollowingEntry {
  readonly where = ORDERS

  /** Answers with the cursor and the running orders and begins. Rejects where these cannot be read. */
  async start(accountId: string, after: number | undefined): Promise<void> {
    const { context } = this.home
    const { snapshots, streamBase } = context
    // The cursor first: what happens while the orders are read is told again as an event, never missed.
    const cursor = await snapshots.cursor(accountId)
    const active = await snapshots.active(accountId)
    if (this.closed) return
    const orders = active.map((order) => orderView(order, { streamBase }))
    await this.home.answer(this, { cursor, orders })
    if (this.closed) return
    const topic = { kind: 'account', accountId } as const
    const subscription = createSubscription({ topic, after: after ?? cursor }, context, this)
    this.follow(subscription)
    subscription.begin(cursor, false)
  }

  replayComplete(position: number): void {
    this.home.outbox.send(
      messageFrame({ type: 'replayComplete', ...this.where, lastSeq: 0, cursor: position }),
    )
  }
}
