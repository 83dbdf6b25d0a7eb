import type { Attempt, Order } from '@fillstream/core'
import type { AttemptChange, OrderAppend } from './orders'

/** What a step leaves of the order that its writer had read: the same as the row says, without reading it back. */
export function applyStep(order: Order, append: OrderAppend, at: Date): Order {
  const { events, changes = {}, attempt, expectedSeq } = append
  const { dueInMs: _dueInMs, ...fields } = changes
  const last = events.at(-1)
  const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  return {
    ...order,
    ...(last ? { status: last.status, phase: last.phase } : {}),
    ...set,
    lastSeq: expectedSeq + events.length,
    updatedAt: at,
    attempts: attempt ? withAttempt(order, attempt, at) : order.attempts,
  }
}

function withAttempt(order: Order, change: AttemptChange, at: Date): readonly Attempt[] {
  if (change.kind === 'resolve') {
    const { attempt: number, status, slot, code, message } = change
    return order.attempts.map((one) =>
      one.attempt === number ? { ...one, status, slot, code, message, resolvedAt: at } : one,
    )
  }
  const signed = change.kind === 'submit' ? change : null
  const failed = change.kind === 'fail' ? change : null
  const begun: Attempt = {
    orderId: order.id,
    accountId: order.accountId,
    attempt: change.attempt,
    status: signed ? 'submitted' : 'failed',
    signature: signed?.signature ?? null,
    signedTransaction: null,
    lastValidBlockHeight: signed?.lastValidBlockHeight ?? null,
    genesisHash: signed?.genesisHash ?? null,
    reference: signed?.reference ?? null,
    venues: change.venues ?? [],
    expectedAmount: change.expectedAmount ?? null,
    slot: null,
    code: failed?.code ?? null,
    message: failed?.message ?? null,
    startedAt: at,
    resolvedAt: failed ? at : null,
  }
  return [...order.attempts, begun]
}
