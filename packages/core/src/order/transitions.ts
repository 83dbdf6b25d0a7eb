import { ORDER_STATUSES, type OrderStatus } from '@fillstream/types'

/** The status machine: the only table of what may follow what (docs/architecture.md). */
export const TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['routing', 'open', 'failed', 'cancelled', 'expired'],
  open: ['routing', 'cancelled', 'expired', 'failed'],
  routing: ['building', 'open', 'failed', 'cancelled', 'expired'],
  building: ['submitted', 'routing', 'failed', 'cancelled', 'expired'],
  submitted: ['confirmed', 'failed', 'routing'],
  confirmed: [],
  failed: [],
  cancelled: [],
  expired: [],
}

export const TERMINAL_STATUSES: readonly OrderStatus[] = ORDER_STATUSES.filter(
  (s) => TRANSITIONS[s].length === 0,
)

/** Whether nothing can follow `status`. */
export function isTerminal(status: OrderStatus): boolean {
  return TRANSITIONS[status].length === 0
}

/** Whether the machine allows `from` to become `to`. */
export function canTransition(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS[from].includes(to)
}

/** Whether an order in `status` can still be cancelled: until its transaction is signed and durable. */
export function isCancellable(status: OrderStatus): boolean {
  return canTransition(status, 'cancelled')
}

/** Throws when the machine does not allow the step: a writer with such a step is a defect, not bad input. */
export function assertTransition(from: OrderStatus, to: OrderStatus): void {
  if (!canTransition(from, to)) throw new Error(`illegal transition: ${from} -> ${to}`)
}
