import { type OrderNews } from '@fillstream/types'
import { isTerminal } from '@fillstream/core'
import { type Pacer } from './pacer'
import { ORDER_PAGE_SIZE, PAGE_SIZE, type History } from './reads'
import { createOrderedDelivery, type OrderedDelivery } from './ordered-delivery'

/** What a subscription follows: one order by `seq`, or all orders of an account by `cursor`. */
export type Topic =
  | { readonly kind: 'order'; readonly orderId: string; readonly accountId: string }
  | { readonly kind: 'account'; readonly accountId: string }

/** Where a subscription's events go: one client. */
export interface Sink {
  event(news: OrderNews): void
  /** The replay is over; `position` is the number (seq or cursor) of the last event that the client has. */
  replayComplete(position: number): void
  /** The log could not be read: told once per outage, reading is tried again. */
  interrupted(error: unknown): void
  /** Whether so much waits for the client already that a replay should wait too. */
  full(): boolean
  /** Resolves when the client has taken enough of what was sent to be sent more. */
  room(): Promise<void>
  /** The topic has ended, and the client has all of it. */
  ended(): void
}

/** One client's interest in one topic: first the log after the start, then live events, in order and without a gap. */
export interface Subscription {
  readonly topic: Topic
  /**
   * Starts the replay; until then everything is held. `known` is the number that the topic is known to have reached.
   * @param complete whether all that came after `known` has been offered: with nothing to replay, the log is not read at all
   */
  begin(known: number, complete: boolean): void
  /** News of the topic, as it comes: late, twice, in any order. */
  offer(news: OrderNews): void
  /** Postgres says that the topic reaches `last`; `ended` that nothing can follow. */
  compare(last: number, ended: boolean): void
  /** Reads what is missing. False where nothing is known to be, or it is being read. */
  repair(): boolean
  /** The number of the last event that was sent, or the one it began behind. */
  readonly position: number
  /** True when the last event that there can be is delivered: it needs no more news and no comparison. */
  readonly ended: boolean
  close(): void
}

export interface SubscriptionStart {
  readonly topic: Topic
  /** Events after this number are wanted. */
  readonly after: number
}

/** Events of a replay sent in one go. */
const SLICE = 64
/** Live events held at most while a replay or a hole is read; the others are read from the log. */
const HELD_EVENTS = 1_000

/** What subscriptions read from, and when it is their turn to. */
export interface Log {
  readonly history: History
  readonly pacer: Pacer
}

/** Makes one that holds what it is offered until it begins. The sink's `ended` is called once; nothing is sent after that. */
export function createSubscription({ topic, after }: SubscriptionStart, log: Log, sink: Sink): Subscription {
  return new TopicSubscription(topic, after, log, sink)
}

class TopicSubscription implements Subscription {
  readonly topic: Topic
  ended = false
  readonly #log: Log
  readonly #sink: Sink
  readonly #delivery: OrderedDelivery<OrderNews>
  #begun = false
  #closed = false
  #finalSent = false
  #reading = false
  #again = false
  #interrupted = false

  constructor(topic: Topic, after: number, log: Log, sink: Sink) {
    this.topic = topic
    this.#log = log
    this.#sink = sink
    this.#delivery = createOrderedDelivery<OrderNews>(after, HELD_EVENTS)
  }

  get position(): number {
    return this.#delivery.position
  }

  begin(known: number, complete: boolean): void {
    if (this.#closed) return
    this.#begun = true
    this.#delivery.heardOf(known)
    if (complete && !this.#delivery.behind()) this.#endReplay()
    else void this.#readOn()
  }

  offer(news: OrderNews): void {
    if (!this.#closed) this.#send(this.#delivery.offer(this.#numberOf(news), news))
  }

  compare(last: number, topicEnded: boolean): void {
    const delivery = this.#delivery
    delivery.heardOf(last)
    if (topicEnded && !delivery.replaying && delivery.position >= last) this.#end()
  }

  repair(): boolean {
    const delivery = this.#delivery
    if (this.#closed || !this.#begun || !(delivery.replaying || delivery.behind())) return false
    if (this.#reading) {
      if (!delivery.replaying) this.#again = true
      return false
    }
    void this.#readOn()
    return true
  }

  close(): void {
    this.#closed = true
  }

  #numberOf(news: OrderNews): number {
    return this.topic.kind === 'order' ? news.seq : news.cursor
  }

  #end(): void {
    if (this.ended || this.#closed) return
    this.ended = true
    this.#sink.ended()
  }

  #send(items: readonly OrderNews[]): void {
    for (const news of items) {
      if (this.#closed) return
      this.#sink.event(news)
      if (this.topic.kind === 'order' && isTerminal(news.status)) this.#finalSent = true
    }
    if (this.#finalSent && !this.#delivery.replaying) this.#end()
  }

  #endReplay(): void {
    this.#sink.replayComplete(this.#delivery.position)
    this.#send(this.#delivery.endReplay())
  }

  #page(from: number): Promise<readonly OrderNews[]> {
    const { topic } = this
    const { history } = this.#log
    return topic.kind === 'order'
      ? history.ofOrder(topic.orderId, from)
      : history.ofAccount(topic.accountId, from)
  }

  /** Reads from the position to the end of the log; stops where a page brings nothing that can be sent. */
  async #read(): Promise<void> {
    const delivery = this.#delivery
    for (;;) {
      const from = delivery.position
      const page = await this.#page(from)
      this.#interrupted = false
      for (const [i, news] of page.entries()) {
        if (i > 0 && i % SLICE === 0) await this.#log.pacer.turn()
        if (this.#sink.full()) await this.#sink.room()
        if (this.#closed) return
        this.#send(delivery.page([{ n: this.#numberOf(news), item: news }]))
      }
      const last = page.length < (this.topic.kind === 'order' ? ORDER_PAGE_SIZE : PAGE_SIZE)
      if (last && delivery.replaying) {
        if (this.#sink.full()) await this.#sink.room()
        if (this.#closed) return
        this.#endReplay()
      }
      if (last || delivery.position === from || !(delivery.replaying || delivery.behind())) return
    }
  }

  #failed(error: unknown): void {
    if (this.#closed) return
    // Nothing is known that the client has not got: it can go on with live events.
    if (this.#delivery.replaying && !this.#delivery.behind()) {
      this.#endReplay()
      return
    }
    if (!this.#interrupted) this.#sink.interrupted(error)
    this.#interrupted = true
  }

  async #readOn(): Promise<void> {
    this.#reading = true
    do {
      this.#again = false
      const replay = this.#delivery.replaying
      try {
        await this.#read()
        // News that came meanwhile may have shown a hole.
        if (replay && this.#delivery.behind()) this.#again = true
      } catch (error) {
        this.#failed(error)
      }
    } while (this.#again && !this.#closed && !this.#interrupted)
    this.#reading = false
  }
}
