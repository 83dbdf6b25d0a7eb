import type { Failure, Fee, OrderStatus } from './order'

/** What an event adds to the status. Which fields stand depends on the status, and more may come. */
export interface OrderEventData {
  readonly txHash?: string | undefined
  readonly attempt?: number | undefined
  readonly inputUsed?: bigint | undefined
  readonly outputAmount?: bigint | undefined
  readonly executedPrice?: string | undefined
  readonly fees?: readonly Fee[] | undefined
  readonly failure?: Failure | undefined
  readonly [field: string]: unknown
}

/** One line of an order's log. `seq` counts 1, 2, 3... without gaps. */
export interface OrderEvent {
  readonly orderId: string
  readonly seq: number
  readonly status: OrderStatus
  readonly phase: string | null
  readonly at: string
  readonly data: OrderEventData
}

/** An event as the stream delivers it. `cursor` counts over the whole account: where `watchAll` resumes. */
export interface StreamEvent extends OrderEvent {
  readonly cursor: number
}

const TERMINAL: ReadonlySet<string> = new Set<OrderStatus>(['confirmed', 'failed', 'cancelled', 'expired'])

/** Whether an order with this status never changes again. */
export function isTerminal(status: OrderStatus): boolean {
  return TERMINAL.has(status)
}
