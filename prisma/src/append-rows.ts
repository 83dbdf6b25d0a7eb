import { isTerminal, type OrderChanges } from '@fillstream/core'
import type { OrderStatus } from '@fillstream/types'
import type { OrderAppend } from './orders'

/* Appends as the rows that their statement reads. */

function statusAfter(append: OrderAppend): OrderStatus {
  return append.events.at(-1)?.status ?? append.from
}

/** Whether an order in this status is the order-worker's to take further: not the chain's, not a trigger's, not done. */
function needsWork(status: OrderStatus): boolean {
  return status === 'pending' || status === 'routing' || status === 'building'
}

const text = (amount: bigint | null | undefined) => (typeof amount === 'bigint' ? amount.toString() : amount)

/** What is set, null included; JSON leaves out what is undefined. */
function changedFields({ dueInMs: _dueInMs, ...fields }: OrderChanges) {
  return {
    ...fields,
    minOutputAmount: text(fields.minOutputAmount),
    maxInputAmount: text(fields.maxInputAmount),
    inputUsed: text(fields.inputUsed),
    outputAmount: text(fields.outputAmount),
  }
}

export function stepRow(append: OrderAppend, n: number) {
  const last = append.events.at(-1)
  const status = statusAfter(append)
  const { changes = {}, attempt } = append
  return {
    n,
    order_id: append.orderId,
    expected_seq: append.expectedSeq,
    event_count: append.events.length,
    status: last?.status ?? null,
    phase: last?.phase ?? null,
    ended: isTerminal(status),
    opens: status === 'open' && append.from !== 'open',
    leaves: status !== 'open' && append.from === 'open',
    due_in_ms: changes.dueInMs === undefined ? (needsWork(status) ? 0 : null) : changes.dueInMs,
    next_attempt: attempt && attempt.kind !== 'resolve' ? attempt.attempt : null,
    resolved_attempt: attempt?.kind === 'resolve' ? attempt.attempt : null,
    known_attempts: append.order?.attempts.length ?? null,
    set: changedFields(changes),
  }
}

export function eventRows({ orderId, events }: OrderAppend) {
  return events.map((event, i) => ({
    order_id: orderId,
    idx: i + 1,
    event_id: event.eventId,
    status: event.status,
    phase: event.phase,
    data: event.data,
  }))
}

export function newAttemptRow({ orderId, attempt }: OrderAppend): readonly object[] {
  if (!attempt || attempt.kind === 'resolve') return []
  const signed = attempt.kind === 'submit' ? attempt : undefined
  const failed = attempt.kind === 'fail' ? attempt : undefined
  return [
    {
      order_id: orderId,
      attempt: attempt.attempt,
      venues: attempt.venues ?? [],
      status: signed ? 'submitted' : 'failed',
      expected_amount: text(attempt.expectedAmount),
      signature: signed?.signature,
      signed_transaction: signed && Buffer.from(signed.signedTransaction).toString('hex'),
      last_valid_block_height: signed?.lastValidBlockHeight,
      genesis_hash: signed?.genesisHash,
      reference: signed?.reference,
      lease_owner: signed?.leaseOwner,
      lease_ms: signed?.leaseMs,
      code: failed?.code,
      message: failed?.message,
    },
  ]
}

export function outcomeRow({ orderId, attempt }: OrderAppend) {
  if (attempt?.kind !== 'resolve') return []
  const { kind: _kind, ...outcome } = attempt
  return [{ order_id: orderId, ...outcome }]
}

export function fillRow({ orderId, fill }: OrderAppend) {
  if (!fill) return []
  return [
    {
      order_id: orderId,
      attempt: fill.attempt,
      signature: fill.signature,
      slot: fill.slot,
      input_mint: fill.inputMint,
      output_mint: fill.outputMint,
      input_amount: text(fill.inputAmount),
      output_amount: text(fill.outputAmount),
      price: fill.price,
      fees: fill.fees,
    },
  ]
}
