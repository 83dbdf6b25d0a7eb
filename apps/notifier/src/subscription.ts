import { type OrderNews } from '@fillstream/types'
import { isTerminal } from '@fillstream/core'
import { type Pacer } from './pacer'
import { PAGE_SIZE, type History } from './reads'
import { createOrderedDelivery } from './ordered-delivery'

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

/** Makes one that holds what it is offered until it begins. `onEnded` is called once, when `ended` becomes true; nothing is sent after that. */
export function createSubscription(
  { topic, after }: SubscriptionStart,
  { history, pacer }: { readonly history: History; readonly pacer: Pacer },
  sink: Sink,
  onEnded: () => void,
): Subscription {
  const delivery = createOrderedDelivery<OrderNews>(after, HELD_EVENTS)
  let begun = false
  let closed = false
  let finalSent = false
  let ended = false
  let reading = false
  let again = false
  let interrupted = false

  const numberOf = (news: OrderNews) => (topic.kind === 'order' ? news.seq : news.cursor)

  function end(): void {
    if (ended || closed) return
    ended = true
    onEnded()
  }

  function send(items: readonly OrderNews[]): void {
    for (const news of items) {
      if (closed) return
      sink.event(news)
      if (topic.kind === 'order' && isTerminal(news.status)) finalSent = true
    }
    if (finalSent && !delivery.replaying) end()
  }

  function endReplay(): void {
    sink.replayComplete(delivery.position)
    send(delivery.endReplay())
  }

  /** Reads from the position to the end of the log; stops where a page brings nothing that can be sent. */
  async function read(): Promise<void> {
    for (;;) {
      const from = delivery.position
      const page = await (topic.kind === 'order'
        ? history.ofOrder(topic.orderId, from)
        : history.ofAccount(topic.accountId, from))
      interrupted = false
      for (const [i, news] of page.entries()) {
        if (i % SLICE === 0) await pacer.turn()
        if (sink.full()) await sink.room()
        if (closed) return
        send(delivery.page([{ n: numberOf(news), item: news }]))
      }
      const last = page.length < PAGE_SIZE
      if (last && delivery.replaying) {
        if (sink.full()) await sink.room()
        if (closed) return
        endReplay()
      }
      if (last || delivery.position === from || !(delivery.replaying || delivery.behind())) return
    }
  }

  function failed(error: unknown): void {
    if (closed) return
    // Nothing is known that the client has not got: it can go on with live events.
    if (delivery.replaying && !delivery.behind()) {
      endReplay()
      return
    }
    if (!interrupted) sink.interrupted(error)
    interrupted = true
  }

  async function readOn(): Promise<void> {
    reading = true
    do {
      again = false
      const replay = delivery.replaying
      try {
        await read()
        // News that came meanwhile may have shown a hole.
        if (replay && delivery.behind()) again = true
      } catch (error) {
        failed(error)
      }
    } while (again && !closed && !interrupted)
    reading = false
  }

  function repair(): boolean {
    if (closed || !begun || !(delivery.replaying || delivery.behind())) return false
    if (reading) {
      if (!delivery.replaying) again = true
      return false
    }
    void readOn()
    return true
  }

  return {
    topic,
    begin(known, complete) {
      if (closed) return
      begun = true
      delivery.heardOf(known)
      if (complete && !delivery.behind()) endReplay()
      else void readOn()
    },
    get ended() {
      return ended
    },
    offer(news) {
      if (!closed) send(delivery.offer(numberOf(news), news))
    },
    compare(last, topicEnded) {
      delivery.heardOf(last)
      if (topicEnded && !delivery.replaying && delivery.position >= last) end()
    },
    repair,
    close() {
      closed = true
    },
  }
}
