import type { OrderEventData, StreamEvent } from '../model/event'
import type { Launch, Price } from '../model/market'
import type { Order, OrderStatus } from '../model/order'
import { fromWire } from '../wire'

export type OrderChannel = 'order' | 'orders'

/** What each channel says: its snapshot after a subscribe, then its events. */
export interface Channels {
  readonly order: { readonly snapshot: Order; readonly event: EventMessage }
  readonly orders: { readonly snapshot: OrdersSnapshot; readonly event: EventMessage }
  readonly pools: { readonly snapshot: PoolsSnapshot; readonly event: LaunchMessage }
  readonly prices: { readonly snapshot: PricesSnapshot; readonly event: PriceMessage }
}
export type Channel = keyof Channels

/** `orders`: where the account's counter stands, and its running orders. */
export interface OrdersSnapshot {
  readonly cursor: number
  readonly orders: readonly Order[]
}

/** `pools`: the last launches, newest last. */
export interface PoolsSnapshot {
  readonly launches: readonly Launch[]
}

/** `prices`: the pair's last price; null where it has none yet. */
export interface PricesSnapshot {
  readonly price: Price | null
}

/** What the server says, amounts as `bigint`. Types and fields that are not listed are ignored. */
export type ServerMessage =
  | { readonly type: 'connected'; readonly connectionId: string; readonly heartbeatMs: number }
  | {
      readonly type: 'subscribed'
      readonly channel: Channel
      readonly id: string | null
      readonly snapshot: Channels[Channel]['snapshot']
    }
  | EventMessage
  | LaunchMessage
  | PriceMessage
  | {
      readonly type: 'replayComplete'
      readonly channel: Channel
      readonly id: string | null
      readonly lastSeq: number
      readonly cursor?: number | undefined
    }
  | { readonly type: 'unsubscribed'; readonly channel: Channel; readonly id: string | null }
  | { readonly type: 'pong'; readonly nonce?: string | number | undefined }
  | {
      readonly type: 'error'
      readonly code: string
      readonly message: string
      readonly retryable: boolean
      readonly channel?: string | undefined
      readonly id?: string | null | undefined
    }

export interface EventMessage {
  readonly type: 'event'
  readonly channel: OrderChannel
  readonly id: string | null
  readonly orderId: string
  readonly seq: number
  readonly cursor: number
  readonly at: string
  readonly data: OrderEventData & { readonly status: OrderStatus; readonly phase: string | null }
}

export interface LaunchMessage {
  readonly type: 'event'
  readonly channel: 'pools'
  readonly id: null
  readonly at: string
  readonly data: Launch
}

export interface PriceMessage {
  readonly type: 'event'
  readonly channel: 'prices'
  /** `<inputMint>-<outputMint>` */
  readonly id: string
  readonly at: string
  readonly data: Price
}

/** A frame of the server, or undefined where it is none. */
export function parseServerMessage(text: string): ServerMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined
  return fromWire(value) as ServerMessage
}

/** The event as the log of the order has it: status and phase beside `data`, not in it. */
export function eventOf(message: EventMessage): StreamEvent {
  const { status, phase, ...data } = message.data
  const { orderId, seq, cursor, at } = message
  return { orderId, seq, cursor, status, phase, at, data }
}
