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
  const unsigned = {
    orderId: order.id,
    accountId: order.accountId,
    attempt: change.attempt,
    signature: null,
    signedTransaction: null,
    lastValidBlockHeight: null,
    genesisHash: null,
    reference: null,
    venues: change.venues ?? [],
    expectedAmount: change.expectedAmount ?? null,
    slot: null,
    startedAt: at,
  }
  if (change.kind === 'fail') {
    const { code, message } = change
    return [...order.attempts, { ...unsigned, status: 'failed', code, message, resolvedAt: at }]
  }
  const { signature, lastValidBlockHeight, genesisHash, reference } = change
  const signed = { signature, lastValidBlockHeight, genesisHash, reference }
  return [
    ...order.attempts,
    { ...unsigned, ...signed, status: 'submitted', code: null, message: null, resolvedAt: null },
  ]
}
