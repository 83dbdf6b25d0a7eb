import { type StreamContext } from './context'
import { OrderEntry, OrdersEntry, type Snapshot } from './order-entries'
import { errorFrame, messageFrame, type Where } from './frames'
import { createNewestPrice } from './newest-price'
import { type Outbox } from './outbox'

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
  readonly where: Where
  closed: boolean
  /** Ends what was started for it. */
  stop(): void
}

const isAt = (entry: Entry, { channel, id }: Where) =>
  entry.where.channel === channel && entry.where.id === id

function close(entry: Entry): void {
  entry.closed = true
  entry.stop()
}

export function createClientSubscriptions(outbox: Outbox, context: StreamContext): ClientSubscriptions {
  return new SocketSubscriptions(outbox, context)
}

class SocketSubscriptions implements ClientSubscriptions {
  readonly outbox: Outbox
  readonly context: StreamContext
  /** Few: a list is searched as fast as a map, and takes less. */
  #entries: Entry[] = []

  constructor(outbox: Outbox, context: StreamContext) {
    this.outbox = outbox
    this.context = context
  }

  get size(): number {
    return this.#entries.length
  }

  subscribe(accountId: string, request: SubscribeRequest): void {
    const { events, limits } = this.context
    const { where } = request
    const previous = this.#entries.find((one) => isAt(one, where))
    if (!previous && this.#entries.length >= limits.maxSubscriptions) {
      const message = `a connection may have ${limits.maxSubscriptions} subscriptions`
      this.outbox.send(errorFrame('RATE_LIMITED', message, where))
      return
    }
    if (previous) this.forget(previous)
    const [entry, started] = this.#start(accountId, request)
    started.catch((error: unknown) => {
      if (entry.closed) return
      this.forget(entry)
      events.readFailed('snapshot', error)
      this.outbox.send(
        errorFrame('DEPENDENCY_UNAVAILABLE', 'the snapshot cannot be read now: subscribe again', where),
      )
    })
  }

  unsubscribe(where: Where): void {
    const entry = this.#entries.find((one) => isAt(one, where))
    if (entry) this.forget(entry)
    this.outbox.send(messageFrame({ type: 'unsubscribed', ...where }))
  }

  closeAll(): void {
    const entries = this.#entries
    this.#entries = []
    for (const entry of entries) close(entry)
  }

  forget(entry: Entry): void {
    close(entry)
    this.#entries = this.#entries.filter((one) => one !== entry)
  }

  async answer(entry: Entry, snapshot: Snapshot): Promise<void> {
    if (this.outbox.full()) await this.outbox.room()
    if (!entry.closed) this.outbox.send(messageFrame({ type: 'subscribed', ...entry.where, snapshot }))
  }

  /** The entry is there before anything is read for it, so that what comes meanwhile can end it. */
  #start(
    accountId: string,
    { where, afterSeq, cursor }: SubscribeRequest,
  ): [entry: Entry, started: Promise<void>] {
    switch (where.channel) {
      case 'order': {
        const entry = new OrderEntry(this, where.id ?? '', afterSeq ?? 0)
        this.#entries.push(entry)
        return [entry, entry.start(accountId)]
      }
      case 'orders': {
        const entry = new OrdersEntry(this)
        this.#entries.push(entry)
        return [entry, entry.start(accountId, cursor)]
      }
      case 'prices': {
        const entry: Entry = { where, closed: false, stop: () => undefined }
        this.#entries.push(entry)
        return [entry, this.#startPrices(where.id ?? '', entry)]
      }
      case 'pools': {
        const entry: Entry = { where, closed: false, stop: () => undefined }
        this.#entries.push(entry)
        return [entry, this.#startPools(entry)]
      }
    }
  }

  async #startPools(entry: Entry): Promise<void> {
    const { launches, events } = this.context
    const { outbox } = this
    if (outbox.full()) await outbox.room()
    if (entry.closed) return
    outbox.send(
      messageFrame({ type: 'subscribed', ...entry.where, snapshot: { launches: launches.recent() } }),
    )
    entry.stop = launches.listen((frame) => {
      outbox.send(frame)
      events.eventSent('pools')
    })
  }

  async #startPrices(id: string, entry: Entry): Promise<void> {
    const { prices, events } = this.context
    const newest = createNewestPrice(this.outbox, () => events.eventSent('prices'))
    // Before the snapshot is read, so that none falls between.
    const unlisten = prices.listen(id, newest.offer)
    entry.stop = () => {
      newest.stop()
      unlisten()
    }
    const price = await prices.last(id)
    await this.answer(entry, { price })
    newest.start(price?.slot ?? -1)
  }
}
