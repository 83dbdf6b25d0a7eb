import type { EventMessage, OrderStatus, OrderView } from '@fillstream/types'
import { ACCEPTED_AT, FILL, wireOrder } from './orders'

export interface LoggedEvent {
  readonly orderId: string
  readonly seq: number
  readonly cursor: number
  readonly at: string
  readonly data: EventMessage['data']
}

/** Orders and their events, numbered as the engine numbers them. */
export interface EventLog {
  /** Appends the next event of an order, which begins with its first. */
  append(orderId: string, status: OrderStatus, data?: Partial<EventMessage['data']>): LoggedEvent
  /** All of the account, by cursor. */
  readonly events: readonly LoggedEvent[]
  order(orderId: string): OrderView | undefined
  /** Calls back after every append; returns what ends that. */
  follow(listener: (event: LoggedEvent) => void): () => void
}

export function createEventLog(): EventLog {
  const events: LoggedEvent[] = []
  const orders = new Map<string, OrderView>()
  const listeners = new Set<(event: LoggedEvent) => void>()
  return {
    events,
    order: (orderId) => orders.get(orderId),
    append: (orderId, status, data = {}) => {
      const seq = (orders.get(orderId)?.lastSeq ?? 0) + 1
      const at = new Date(Date.parse(ACCEPTED_AT) + (seq - 1) * 250).toISOString()
      const filled = status === 'confirmed' ? FILL : {}
      const event: LoggedEvent = {
        orderId,
        seq,
        cursor: events.length + 1,
        at,
        data: { ...filled, phase: null, ...data, status },
      }
      events.push(event)
      orders.set(orderId, {
        ...(orders.get(orderId) ?? wireOrder(orderId)),
        status,
        lastSeq: seq,
        updatedAt: at,
      })
      for (const listener of [...listeners]) listener(event)
      return event
    },
    follow: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
