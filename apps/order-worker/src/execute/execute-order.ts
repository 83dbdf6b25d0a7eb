import {
  AppError,
  ExecutionError,
  isTerminal,
  waitsForTrigger,
  type Order,
  type TriggerKind,
} from '@fillstream/core'
import { RpcUnavailableError, type JobOutcome } from '@fillstream/messaging'
import { isUnavailable, type SubmittedAttempt } from '@fillstream/store'
import { ChainUnavailableError } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { watchedAttempt } from '../watch/resolve'
import { WrongChainError, type Watcher } from '../watch/watcher'
import { afterFailure } from './after-failure'
import { buildAttempt } from './build'
import { expire } from './expire'
import { boundOf, findRoute, waitsOn } from './route'
import { Run, StepLostError } from './run'
import { stepsOf } from './steps-of'

const DONE: JobOutcome = { again: false }
/** Each turn moves the order or meets a conflict; more turns than this means that something else is at it. */
const MAX_TURNS = 20
/** An order that meets a halt is looked at again after this long, if anyone takes jobs by then. */
const HALT_PAUSE_MS = 1_000

/**
 * Works on one order until its transaction is sent or it ends: reads the row, does the one step that its status asks for, and again;
 * where another writer was first it reads again and goes on from there. Safe to run twice at the same time: of two appends one loses.
 */
export async function executeOrder(engine: Engine, watcher: Watcher, orderId: string): Promise<JobOutcome> {
  engine.checkpoint('job.taken')
  for (let turn = 0, before: Order | null = null; turn < MAX_TURNS; turn++) {
    const order: Order | null = await engine.store.orders.get(null, orderId)
    // A step was refused and nobody was first: the order's time is over, and the expiry loop ends it.
    if (order === null || (before !== null && isSame(before, order))) return DONE
    const run = new Run(engine, order)
    const outcome = await goOn(engine, watcher, run)
    if (outcome !== null) return outcome
    before = run.seen
  }
  return DONE
}

function isSame(one: Order, other: Order): boolean {
  return one.lastSeq === other.lastSeq && one.attempts.length === other.attempts.length
}

/** Null where another writer has moved the order. */
async function goOn(engine: Engine, watcher: Watcher, run: Run): Promise<JobOutcome | null> {
  try {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const outcome = await takeStep(engine, watcher, run)
      if (outcome !== null) return outcome
    }
    return DONE
  } catch (error) {
    if (error instanceof StepLostError) return null
    throw error
  }
}

/** Null where the order has moved on and there is a next step; otherwise this job's end. */
async function takeStep(engine: Engine, watcher: Watcher, run: Run): Promise<JobOutcome | null> {
  const { order } = run
  if (isTerminal(order.status)) return DONE
  try {
    if (order.status !== 'submitted') await engine.trading.assertOn()
    switch (order.status) {
      case 'pending':
        if (waitsForTrigger(order)) return await open(engine, run, order)
        await run.take('routing', 'comparing quotes', {})
        return null
      case 'routing':
        return await route(engine, run)
      case 'building':
        return await build(engine, watcher, run)
      case 'open':
        // Its trigger's now.
        return DONE
      default:
        // `submitted`: the earlier attempt is resolved first, by the watcher, which sends the same bytes again if need be.
        await watcher.adopt(order.id)
        return DONE
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'TRADING_HALTED') {
      engine.events.orderHeld(order.id)
      return { again: true, delayMs: HALT_PAUSE_MS }
    }
    if (error instanceof ExecutionError)
      return waitsOn(run.order, error.code) ? reopen(engine, run, error) : fail(engine, run, error)
    if (error instanceof StepLostError || isAway(error)) throw error
    // A defect of ours would meet this order again and again: it ends, with nothing sent, and the log has the rest.
    engine.events.unforeseen(order.id, error)
    const defect = new ExecutionError('TX_FAILED', 'the transaction could not be built', { cause: error })
    return fail(engine, run, defect)
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

const WAITS_FOR: Readonly<Record<TriggerKind, string>> = {
  limit: 'waiting for its price',
  stop: 'waiting for its stop price',
  trailingStop: 'following the price',
  sniper: 'waiting for the pool to open',
}

async function open(
  engine: Engine,
  run: Run,
  order: Order & { readonly type: TriggerKind },
): Promise<JobOutcome> {
  const opened = await run.write(stepsOf(engine, order, [['open', WAITS_FOR[order.type], {}]]))
  engine.events.stepTaken(opened)
  engine.triggers.opened(opened)
  return DONE
}

/** Back to waiting: nothing was tried, so nothing is counted. */
async function reopen(engine: Engine, run: Run, { code, message }: ExecutionError): Promise<JobOutcome> {
  const phase = 'not executable at its limit, waiting again'
  const reopened = await run.write(stepsOf(engine, run.order, [['open', phase, { code, message }]]))
  engine.events.stepTaken(reopened)
  engine.triggers.reopened(reopened)
  return DONE
}

async function route(engine: Engine, run: Run): Promise<null> {
  const { order } = run
  const { receipt, quoted } = await run.patiently(findRoute(engine, order))
  run.quoted = quoted
  const venues = [...new Set(receipt.routePlan.map((step) => step.venue))]
  engine.events.routeChosen(order, receipt)
  await run.take(
    'building',
    `best price at ${venues.join(' and ')}`,
    { venues, price: receipt.price },
    { route: receipt, ...boundOf(order, receipt) },
  )
  return null
}

/** A quote is worth building on for about this long: the order's bound holds at any age. */
const QUOTE_FRESH_MS = 5_000

/** How old the quote that the order stands on is: another run's by the clock of Postgres, since those of processes may differ. */
async function quoteAgeMs(engine: Engine, { order, quoted }: Run): Promise<number> {
  return quoted === null ? engine.store.work.idleMs(order.id) : engine.clock.monotonic() - quoted.at
}

async function build(engine: Engine, watcher: Watcher, run: Run): Promise<JobOutcome | null> {
  if ((await quoteAgeMs(engine, run)) > QUOTE_FRESH_MS) {
    await run.take('routing', 'the quote is too old, asking again', {})
    return null
  }
  const attempt = await run.patiently(buildAttempt(engine, run.order, run.quoted))
  const submitted = await submit(engine, run, attempt)
  engine.events.stepTaken(submitted)
  await watcher.send(watchedAttempt(submitted.id, attempt), submitted)
  return DONE
}

async function submit(engine: Engine, run: Run, attempt: SubmittedAttempt): Promise<Order> {
  const { events } = stepsOf(engine, run.order, [
    ['submitted', 'waiting for the chain', { txHash: attempt.signature, attempt: attempt.attempt }],
  ])
  try {
    return await run.write({ events, attempt, changes: { dueInMs: null } })
  } catch (error) {
    // Lost to another writer, or to the clock: the store takes no submission of an order whose time is over.
    if (error instanceof StepLostError && run.seen.expiresAt !== null) await expire(engine, run.seen)
    throw error
  }
}

async function fail(engine: Engine, run: Run, { code, message }: ExecutionError): Promise<JobOutcome> {
  const { order } = run
  const number = order.attempts.length + 1
  const reason = { code, message }
  const after = afterFailure(engine, order, { kind: 'fail', attempt: number, ...reason }, reason)
  const left = await run.write(after.append)
  engine.events.attemptFailed(order.id, number, code, message, after.next === 'retry' ? after.delayMs : null)
  if (after.next === 'retry') return { again: true, delayMs: after.delayMs }
  engine.events.orderFailed(left)
  return DONE
}
