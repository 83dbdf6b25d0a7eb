import { type EventDraft, type Order, type OrderChanges } from '@fillstream/core'
import { IN_TIME } from '@fillstream/runtime'
import { applyStep, type OrderAppend } from '@fillstream/store'
import { type EventData, type OrderStatus, type SwapReply } from '@fillstream/types'
import { type Engine } from '../engine'
import { type Groundwork } from './groundwork'
import { stepsOf } from './steps-of'

/** What of the engine a run writes with. */
type Writing = Pick<Engine, 'journal' | 'clock' | 'ids'> & {
  readonly config: Pick<Engine['config'], 'STEP_PATIENCE_MS'>
  readonly events: Pick<Engine['events'], 'stepWritten' | 'appendLost'>
}

/** What an attempt can be built of at once: swap instructions that came along with a quote, and what was read meanwhile. */
export interface QuotedSwap {
  readonly attempt: number
  /** When the quote came, on the monotonic clock. */
  readonly at: number
  readonly swap: SwapReply
  readonly groundwork: Promise<Groundwork>
}

/** Thrown inside a run when another writer has moved the order: read it again. */
export class StepLostError extends Error {
  override readonly name = 'StepLostError'
}

/**
 * One run of a job on its order. Steps that only say what will be tried are taken in memory and written by the statement of the step
 * that ends the run: an order that goes straight to `submitted` is written once, not three times. What takes long to follow is not
 * waited for: after STEP_PATIENCE_MS the steps taken so far are written, so that whoever watches sees where the order stands. Nothing
 * of this is owed to anyone: a run that dies leaves the order at the last written step, and the next one begins there.
 */
export class Run {
  /** What came with the quote that the order stands on, where this run asked for it. */
  quoted: QuotedSwap | null = null

  private events: readonly EventDraft[] = []
  private changes: OrderChanges = {}
  private current: Order

  /** @param written the order as Postgres has it */
  constructor(
    private readonly engine: Writing,
    private written: Order,
  ) {
    this.current = written
  }

  /** The order as the steps taken leave it, written or not. */
  get order(): Order {
    return this.current
  }

  /** The order as it was last written or read: what others see. */
  get seen(): Order {
    return this.written
  }

  /** Takes a step that nothing outside depends on. @throws StepLostError */
  async take(status: OrderStatus, phase: string, data: EventData, changes: OrderChanges = {}): Promise<void> {
    const { current, engine } = this
    const step = { ...stepsOf(engine, current, [[status, phase, data]]), changes }
    this.events = [...this.events, ...step.events]
    this.changes = { ...this.changes, ...changes }
    this.current = applyStep(current, step, current.updatedAt)
    if (engine.config.STEP_PATIENCE_MS === 0) await this.write()
  }

  /** The steps taken so far and then `append`, which is of the order as they leave it, as one append. */
  private together(append: Pick<OrderAppend, 'events' | 'changes' | 'attempt'>): OrderAppend {
    return {
      ...stepsOf(this.engine, this.written, []),
      events: [...this.events, ...append.events],
      changes: { ...this.changes, ...append.changes },
      ...(append.attempt && { attempt: append.attempt }),
    }
  }

  /**
   * Writes what was taken, and with it a last step of the order as it stands after that, which its caller tells the log of. Returns
   * the order as it then is.
   * @throws StepLostError where another writer was first
   */
  async write(last: Pick<OrderAppend, 'events' | 'changes' | 'attempt'> = { events: [] }): Promise<Order> {
    const { journal, events } = this.engine
    const append = this.together(last)
    const result =
      append.events.length === 0 ? await journal.recordFailedAttempt(append) : await journal.append(append)
    if (result.outcome === 'conflict') {
      events.appendLost(append.orderId)
      throw new StepLostError()
    }
    for (const { status } of this.events) events.stepWritten(status)
    this.written = this.current = result.order
    this.events = []
    this.changes = {}
    return result.order
  }

  /** Waits for `work`; where it takes long, writes what was taken meanwhile. @throws StepLostError, and what `work` throws */
  async patiently<T>(work: Promise<T>): Promise<T> {
    if (this.events.length === 0) return work
    const { clock, config } = this.engine
    const timer = new AbortController()
    const waiting = clock.sleep(config.STEP_PATIENCE_MS, timer.signal).then(
      () => this.write(),
      () => null,
    )
    waiting.catch(() => undefined)
    try {
      return await work
    } finally {
      timer.abort(IN_TIME)
      await waiting
    }
  }
}
