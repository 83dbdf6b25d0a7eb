import { backOffMs, failureOf, isTransient, MAX_ATTEMPTS, type Order } from '@fillstream/core'
import { type FailureCode } from '@fillstream/types'
import { type AttemptChange, type OrderAppend } from '@fillstream/store'
import { type Engine } from '../engine'

/** What follows a failed attempt: another after a pause, or the end. */
export type AfterFailure =
  | { readonly next: 'retry'; readonly delayMs: number; readonly append: OrderAppend }
  | { readonly next: 'end'; readonly append: OrderAppend }

type FailedAttempt = Extract<AttemptChange, { kind: 'fail' | 'resolve' }>

/** An IOC limit order is held to its price at once: another quote later is not what was asked for. */
function isNowOrNever(order: Order, code: FailureCode): boolean {
  return order.type === 'limit' && order.timeInForce === 'IOC' && code === 'SLIPPAGE_EXCEEDED'
}

/**
 * Decides after a failed attempt. A transient failure is tried again, at most three attempts in all, after an
 * exponential back-off with full jitter; any other ends the order at once. The reason is kept with the attempt.
 */
export function afterFailure(
  engine: Engine,
  order: Order,
  attempt: FailedAttempt,
  failure: { code: FailureCode; message: string },
  changes: OrderAppend['changes'] = {},
): AfterFailure {
  const { code, message } = failure
  const base = {
    orderId: order.id,
    accountId: order.accountId,
    from: order.status,
    expectedSeq: order.lastSeq,
    order,
    attempt,
  }
  if (isTransient(code) && !isNowOrNever(order, code) && attempt.attempt < MAX_ATTEMPTS) {
    const { RETRY_BASE_MS: baseMs, RETRY_MAX_MS: maxMs } = engine.config
    const delayMs = backOffMs(attempt.attempt, engine.random.next(), { baseMs, maxMs })
    const phase = `attempt ${attempt.attempt} failed (${code}), trying again`
    const stays = order.status === 'routing'
    return {
      next: 'retry',
      delayMs,
      append: {
        ...base,
        events: stays
          ? []
          : [
              {
                eventId: engine.ids.uuid(),
                status: 'routing',
                phase,
                data: { attempt: attempt.attempt, code, message },
              },
            ],
        changes: { ...changes, dueInMs: delayMs },
      },
    }
  }
  const reason = failureOf(
    code,
    attempt.attempt > 1 ? `${message} (attempt ${attempt.attempt} of ${MAX_ATTEMPTS})` : message,
  )
  return {
    next: 'end',
    append: {
      ...base,
      events: [
        {
          eventId: engine.ids.uuid(),
          status: 'failed',
          phase: null,
          data: { attempt: attempt.attempt, failure: reason },
        },
      ],
      changes: { ...changes, failure: reason, dueInMs: null },
    },
  }
}
