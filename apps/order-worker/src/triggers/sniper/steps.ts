import { failureOf, type FailedCheck } from '@fillstream/core'
import { type EventData, type FailureCode } from '@fillstream/types'
import { expire } from '../../execute/expire'
import { stepsOf } from '../../execute/steps-of'
import { watchedAttempt } from '../../watch/resolve'
import { type PreparedPurchase } from './prepare'
import { type HeardLaunch, type SniperOrder, type SniperParts } from './sniper-parts'

/** A launch and when the slot came that its purchase waited for, on the monotonic clock; null: it had passed before. */
export interface Opening extends HeardLaunch {
  readonly dueAt: number | null
}

/**
 * Takes a prepared order from `open` to `submitted` in one step, so that a crash leaves it either waiting or with its
 * signed bytes, and sends them. False where another copy, a cancel or the expiry was first.
 */
export async function submitPurchase(
  { engine, watcher }: SniperParts,
  order: SniperOrder,
  { receipt, minOutputAmount, attempt }: PreparedPurchase,
  { launch, heardAt, dueAt }: Opening,
): Promise<boolean> {
  const { venues } = attempt
  const which = { pool: launch.pool, openSlot: launch.openSlot }
  const result = await engine.journal.append({
    ...stepsOf(engine, order, [
      ['routing', 'the pool opens', { launch: which }],
      ['building', `buying at ${venues.join(' and ')}`, { venues, price: receipt.price }],
      [
        'submitted',
        'waiting for the chain',
        { txHash: attempt.signature, attempt: attempt.attempt, launch: which },
      ],
    ]),
    attempt,
    changes: { route: receipt, minOutputAmount, dueInMs: null },
  })
  if (result.outcome === 'conflict') {
    engine.events.appendLost(order.id)
    if (order.expiresAt !== null) await expire(engine, order)
    return false
  }
  engine.events.stepTaken(result.order)
  const now = engine.clock.monotonic()
  const openToSubmittedMs = dueAt === null ? null : Math.round(now - dueAt)
  const launched = { ...which, launchToSubmittedMs: Math.round(now - heardAt), openToSubmittedMs }
  await watcher.send({ ...watchedAttempt(order.id, attempt), launch: launched }, result.order)
  engine.events.sniped(order.id, launch.pool, dueAt === null ? null : engine.clock.monotonic() - dueAt)
  return true
}

/** Ends an order whose launch did not pass the checks, with all reasons and figures. */
export function refuseLaunch(
  parts: SniperParts,
  order: SniperOrder,
  pool: string,
  checks: readonly FailedCheck[],
): Promise<void> {
  const message = checks.map((check) => check.message).join('; ')
  return end(parts, order, 'SAFETY_CHECK_FAILED', message, { safety: { pool, checks } })
}

/** Ends an order before anything was signed. */
export async function end(
  { engine }: SniperParts,
  order: SniperOrder,
  code: FailureCode,
  message: string,
  data: EventData = {},
): Promise<void> {
  const failure = failureOf(code, message)
  const result = await engine.journal.append({
    ...stepsOf(engine, order, [['failed', null, { ...data, failure }]]),
    changes: { failure },
  })
  if (result.outcome === 'conflict') engine.events.appendLost(order.id)
  else engine.events.orderFailed(result.order)
}
