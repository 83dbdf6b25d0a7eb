import {
  AppError,
  ExecutionError,
  isTerminal,
  waitsForTrigger,
  type Order,
  type TriggerKind,
} from '@fillstream/core'
import { RpcUnavailableError, type JobOutcome } from '@fillstream/messaging'
import { isUnavailable, type OrderAppend } from '@fillstream/store'
import { type OrderStatus } from '@fillstream/types'
import { ChainUnavailableError } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { watchedAttempt } from '../watch/resolve'
import { WrongChainError, type Watcher } from '../watch/watcher'
import { afterFailure } from './after-failure'
import { buildAttempt } from './build'
import { expire } from './expire'
import { boundOf, findRoute, waitsOn } from './route'
import { stepsOf } from './steps-of'

const DONE: JobOutcome = { again: false }
/** Each turn moves the order or meets a conflict; more turns than this means that something else is at it. */
const MAX_TURNS = 20
/** An order that meets a halt is looked at again after this long, if anyone takes jobs by then. */
const HALT_PAUSE_MS = 1_000

/** What one run of a job remembers between its steps. */
interface Run {
  /** When this run asked for the quote that the order stands on, on the monotonic clock; null where another one did. */
  quotedAtMs: number | null
}

/** Where a step left the order: moved on (or lost to another writer: read again), or finished with this job. */
type Step = { readonly order: Order | null } | { readonly outcome: JobOutcome }

/**
 * Works on one order until its transaction is sent or it ends: reads the row, does the one step that its status asks
 * for, appends the result, and again. Safe to run twice at the same time: of two appends one loses and reads again.
 */
export async function executeOrder(engine: Engine, watcher: Watcher, orderId: string): Promise<JobOutcome> {
  engine.checkpoint('job.taken')
  const run: Run = { quotedAtMs: null }
  let order = await engine.store.orders.get(null, orderId)
  for (let turn = 0; order !== null && turn < MAX_TURNS; turn++) {
    const step = await takeStep(engine, watcher, order, run)
    if ('outcome' in step) return step.outcome
    const now: Order | null = step.order ?? (await engine.store.orders.get(null, orderId))
    // The step was refused and nobody was first: the order's time is over, and the expiry loop ends it.
    if (step.order === null && now !== null && isSame(order, now)) return DONE
    order = now
  }
  return DONE
}

function isSame(one: Order, other: Order): boolean {
  return one.lastSeq === other.lastSeq && one.attempts.length === other.attempts.length
}

async function takeStep(engine: Engine, watcher: Watcher, order: Order, run: Run): Promise<Step> {
  if (isTerminal(order.status)) return { outcome: DONE }
  try {
    if (order.status !== 'submitted') await engine.trading.assertOn()
    switch (order.status) {
      case 'pending':
        if (waitsForTrigger(order)) return await open(engine, order)
        return await move(engine, order, 'routing', 'comparing quotes')
      case 'routing':
        return await route(engine, order, run)
      case 'building':
        return await build(engine, watcher, order, run)
      case 'open':
        // Its trigger's now.
        return { outcome: DONE }
      default:
        // `submitted`: the earlier attempt is resolved first, by the watcher, which sends the same bytes again if need be.
        await watcher.adopt(order.id)
        return { outcome: DONE }
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'TRADING_HALTED') {
      engine.events.orderHeld(order.id)
      return { outcome: { again: true, delayMs: HALT_PAUSE_MS } }
    }
    if (error instanceof ExecutionError)
      return waitsOn(order, error.code)
        ? await reopen(engine, order, error)
        : await fail(engine, order, error)
    if (isAway(error)) throw error
    // A defect of ours would meet this order again and again: it ends, with nothing sent, and the log has the rest.
    engine.events.unforeseen(order.id, error)
    return await fail(
      engine,
      order,
      new ExecutionError('TX_FAILED', 'the transaction could not be built', { cause: error }),
    )
  }
}

/** Whether something that we depend on is away: the job ends, and the sweeper brings the order back. */
function isAway(error: unknown): boolean {
  return (
    error instanceof AppError ||
    error instanceof RpcUnavailableError ||
    error instanceof ChainUnavailableError ||
    error instanceof WrongChainError ||
    isUnavailable(error)
  )
}

async function append(engine: Engine, append: OrderAppend): Promise<Order | null> {
  const result = await engine.journal.append(append)
  if (result.outcome === 'conflict') {
    engine.events.appendLost(append.orderId)
    return null
  }
  return result.order
}

async function move(
  engine: Engine,
  order: Order,
  status: OrderStatus,
  phase: string,
): Promise<{ readonly order: Order | null }> {
  const moved = await append(engine, stepsOf(engine, order, [[status, phase, {}]]))
  if (moved) engine.events.stepTaken(moved)
  return { order: moved }
}

const WAITS_FOR: Readonly<Record<TriggerKind, string>> = {
  limit: 'waiting for its price',
  stop: 'waiting for its stop price',
  trailingStop: 'following the price',
  sniper: 'waiting for the pool to open',
}

async function open(engine: Engine, order: Order & { readonly type: TriggerKind }): Promise<Step> {
  const step = await move(engine, order, 'open', WAITS_FOR[order.type])
  if (!step.order) return step
  engine.triggers.opened(step.order)
  return { outcome: DONE }
}

/** Back to waiting: nothing was tried, so nothing is counted. */
async function reopen(engine: Engine, order: Order, { code, message }: ExecutionError): Promise<Step> {
  const phase = 'not executable at its limit, waiting again'
  const moved = await append(engine, stepsOf(engine, order, [['open', phase, { code, message }]]))
  if (!moved) return { order: null }
  engine.events.stepTaken(moved)
  engine.triggers.reopened(moved)
  return { outcome: DONE }
}

async function route(engine: Engine, order: Order, run: Run): Promise<Step> {
  const receipt = await findRoute(engine, order)
  run.quotedAtMs = engine.clock.monotonic()
  const venues = [...new Set(receipt.routePlan.map((step) => step.venue))]
  const step = stepsOf(engine, order, [
    ['building', `best price at ${venues.join(' and ')}`, { venues, price: receipt.price }],
  ])
  const moved = await append(engine, { ...step, changes: { route: receipt, ...boundOf(order, receipt) } })
  if (moved) engine.events.routeChosen(moved, receipt)
  return { order: moved }
}

/** A quote is worth building on for about this long: the order's bound holds at any age. */
const QUOTE_FRESH_MS = 5_000

/** How old the quote that the order stands on is: another run's by the clock of Postgres, since those of processes may differ. */
async function quoteAgeMs(engine: Engine, order: Order, { quotedAtMs }: Run): Promise<number> {
  return quotedAtMs === null ? engine.store.work.idleMs(order.id) : engine.clock.monotonic() - quotedAtMs
}

async function build(engine: Engine, watcher: Watcher, order: Order, run: Run): Promise<Step> {
  if ((await quoteAgeMs(engine, order, run)) > QUOTE_FRESH_MS)
    return move(engine, order, 'routing', 'the quote is too old, asking again')
  const attempt = await buildAttempt(engine, order)
  const step = stepsOf(engine, order, [
    ['submitted', 'waiting for the chain', { txHash: attempt.signature, attempt: attempt.attempt }],
  ])
  const moved = await append(engine, { ...step, attempt, changes: { dueInMs: null } })
  // Lost to another writer, or to the clock: the store takes no submission of an order whose time is over.
  if (!moved) return { order: order.expiresAt === null ? null : await expire(engine, order) }
  engine.events.stepTaken(moved)
  await watcher.send(watchedAttempt(order.id, attempt), moved)
  return { outcome: DONE }
}

async function fail(engine: Engine, order: Order, error: ExecutionError): Promise<Step> {
  const { code, message } = error
  const number = order.attempts.length + 1
  const after = afterFailure(
    engine,
    order,
    { kind: 'fail', attempt: number, code, message },
    { code, message },
  )
  const result =
    after.append.events.length === 0
      ? await engine.journal.recordFailedAttempt(after.append)
      : await engine.journal.append(after.append)
  if (result.outcome === 'conflict') {
    engine.events.appendLost(order.id)
    return { order: null }
  }
  engine.events.attemptFailed(order.id, number, code, message, after.next === 'retry' ? after.delayMs : null)
  if (after.next === 'end') {
    engine.events.orderFailed(result.order)
    return { outcome: DONE }
  }
  return { outcome: { again: true, delayMs: after.delayMs } }
}
