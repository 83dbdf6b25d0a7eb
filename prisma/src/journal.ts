import { AppError, type Checkpoint, type NewOrder, type Order } from '@fillstream/core'
import { createBatcher, type Batcher, type Gathering } from './batcher'
import { isUnavailable } from './errors'
import { stepOf, type JournalStep } from './journal-checkpoints'
import type { AppendResult, InsertResult, OrderAppend, Published } from './orders'
import { UnknownOutcomeError } from './persist'
import type { OrderWrites } from './store'

/** The one way to change an order: to Postgres in groups, then, after the commit, to the world. */
export interface Journal {
  /**
   * Makes the order durable, or finds the one that its idempotency key or clientOrderId names. Does not wait until it is told: nobody
   * has an older copy of a new order, so that whoever looks for it finds it in Postgres.
   * Throws OVERLOADED (queue full) and DEPENDENCY_UNAVAILABLE (with `orderId` where it may have been accepted all the same).
   */
  accept(order: NewOrder): Promise<InsertResult>
  /**
   * Resolves when the step is told, or could not be in time. Throws as `accept` does; an append that is thrown at may have been
   * applied: read the order again.
   */
  append(append: OrderAppend): Promise<AppendResult>
  /** An attempt that failed before it was signed and will be followed by another: recorded without an event. */
  recordFailedAttempt(append: Omit<OrderAppend, 'events'>): Promise<AppendResult>
  /**
   * Tells again how an order stands, without its events: for a caller who is about to be answered with it, and should then read
   * the same everywhere, though its last writer may have died before telling. Never rejects.
   */
  retell(order: Order): Promise<void>
  /** Takes no more and resolves when all that was taken is done. */
  close(): Promise<void>
}

export interface JournalDeps {
  readonly store: { readonly orders: OrderWrites }
  readonly clock: Gathering['clock']
  /** Tells the world. Its failure loses nothing: the events are durable, and whoever listens repairs from Postgres. */
  readonly publish: (published: readonly Published[]) => Promise<void>
  readonly onPublishFailed?: (error: unknown, published: readonly Published[]) => void
  /** Hears of each step of a batch: before it, when it is committed, and when it is published. */
  readonly checkpoint?: (point: Checkpoint) => void
}

export interface JournalConfig {
  /** How long an append waits for `publish` (default 250). */
  readonly publishWaitMs?: number
}

/** Rows of one statement, and callers waiting, each of accept and append. */
const BOUNDS = { maxBatch: 500, maxQueue: 20_000 }
/** A statement for one row costs four times what a row of many does, one for eight hardly more; below `least` a wait gains nothing. */
const GATHERED = { windowMs: 8, least: 2, enough: 8 }

/** Publishes that may be under way at once; news beyond that is left to the repair from Postgres. */
const MAX_PUBLISHING = 64

/** A stream that has an account's cursors in order spares its readers the search for holes. */
function byCursor(a: Published, b: Published): number {
  return (a.news[0]?.cursor ?? Infinity) - (b.news[0]?.cursor ?? Infinity) || 0
}

function distinct(steps: readonly (JournalStep | null)[]): Set<JournalStep> {
  return new Set(steps.filter((step) => step !== null))
}

type Told<Result> = { readonly result: Result; readonly told: Promise<void> }

export function createJournal(deps: JournalDeps, config: JournalConfig = {}): Journal {
  const { publishWaitMs = 250 } = config
  const publishing = new Set<Promise<void>>()

  async function atMost(running: Promise<unknown>, ms: number): Promise<void> {
    const timer = new AbortController()
    await Promise.race([running, deps.clock.sleep(ms, timer.signal)])
    timer.abort()
  }

  const inTime = (telling: Promise<void>) => atMost(telling, publishWaitMs)

  function reach(steps: ReadonlySet<JournalStep>, moment: 'before' | 'committed' | 'published'): void {
    for (const step of steps) deps.checkpoint?.(`${step}.${moment}`)
  }

  function tell(published: readonly Published[], steps: ReadonlySet<JournalStep>): Promise<void> {
    if (published.length === 0) return Promise.resolve()
    if (publishing.size >= MAX_PUBLISHING) {
      deps.onPublishFailed?.(new Error('too many publishes are under way'), published)
      return Promise.resolve()
    }
    const publish = async () => {
      try {
        await deps.publish(published)
        reach(steps, 'published')
      } catch (error) {
        deps.onPublishFailed?.(error, published)
      }
    }
    const running = publish().finally(() => publishing.delete(running))
    publishing.add(running)
    return running
  }

  function batcher<Item, Result extends object>(
    write: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
    publishedOf: (result: Result) => Published | null,
    stepOfItem: (item: Item) => JournalStep | null,
    toldOf: (telling: Promise<void>) => Promise<void>,
  ): Batcher<Item, Told<Result>> {
    return createBatcher<Item, Told<Result>>(
      { ...BOUNDS, gathering: { ...GATHERED, clock: deps.clock } },
      {
        async run(items) {
          const steps = items.map(stepOfItem)
          reach(distinct(steps), 'before')
          const results = await write(items)
          const published = results.map((result) => (result instanceof Error ? null : publishedOf(result)))
          const taken = distinct(steps.filter((_, i) => published[i]))
          reach(taken, 'committed')
          const told = toldOf(tell(published.filter((one) => one !== null).sort(byCursor), taken))
          return results.map((result) => (result instanceof Error ? result : { result, told }))
        },
        failsAll: (error) => isUnavailable(error) && !(error instanceof UnknownOutcomeError),
      },
    )
  }

  const accepts = batcher<NewOrder, InsertResult>(
    (orders) => deps.store.orders.insertOrders(orders),
    (result) => (result.outcome === 'created' ? result : null),
    () => 'accepted',
    () => Promise.resolve(),
  )
  const appends = batcher<OrderAppend, AppendResult>(
    (steps) => deps.store.orders.appendEvents(steps),
    (result) => (result.outcome === 'appended' ? result : null),
    stepOf,
    inTime,
  )

  async function append(step: OrderAppend): Promise<AppendResult> {
    const { result, told } = await appends.submit(step)
    await told
    return result
  }

  return {
    async accept(order) {
      try {
        return (await accepts.submit(order)).result
      } catch (error) {
        if (error instanceof UnknownOutcomeError)
          throw new AppError(
            'DEPENDENCY_UNAVAILABLE',
            'may have been accepted; repeat with the same key',
            { orderId: order.id },
            { cause: error },
          )
        throw error
      }
    },
    append,
    retell: (order) => inTime(tell([{ order, news: [] }], new Set())),
    recordFailedAttempt: (step) => append({ ...step, events: [] }),
    async close() {
      await Promise.all([accepts.close(), appends.close()])
      await atMost(Promise.all(publishing), publishWaitMs)
    },
  }
}
