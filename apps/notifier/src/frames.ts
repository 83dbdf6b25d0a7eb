import {
  PROBLEMS,
  type Channel,
  type EventData,
  type EventMessage,
  type OrderChannel,
  type OrderNews,
  type ProblemCode,
  type ServerMessage,
} from '@fillstream/types'

/** One WebSocket message, encoded once however many clients it goes to. */
export type Frame = Buffer

interface EncodedEvent {
  /** The members that are the same on every channel, as JSON without the opening brace. */
  readonly rest: string
  readonly byChannel: Map<OrderChannel, Frame>
}

const encodedEvents = new WeakMap<OrderNews, EncodedEvent>()

/** `data` of an event message: the event's own, with status and phase. */
function dataOf({ status, phase, data }: OrderNews): EventMessage['data'] {
  return Object.assign<object, EventData, { status: OrderNews['status']; phase: string | null }>(
    { status, phase },
    data,
    { status, phase },
  )
}

function encode(news: OrderNews): EncodedEvent {
  const { orderId, seq, cursor, at } = news
  const rest = JSON.stringify({ orderId, seq, cursor, at, data: dataOf(news) }).slice(1)
  return { rest, byChannel: new Map() }
}

/** The `event` message of a channel. `id` is the order's on `order`, null on `orders`. */
export function eventFrame(channel: OrderChannel, news: OrderNews): Frame {
  const encoded = encodedEvents.get(news) ?? encode(news)
  encodedEvents.set(news, encoded)
  const known = encoded.byChannel.get(channel)
  if (known) return known
  const id = JSON.stringify(channel === 'order' ? news.orderId : null)
  const frame = Buffer.from(`{"type":"event","channel":"${channel}","id":${id},${encoded.rest}`)
  encoded.byChannel.set(channel, frame)
  return frame
}

export function messageFrame(message: ServerMessage): Frame {
  return Buffer.from(JSON.stringify(message))
}

/** Which subscription an error is about. */
export interface Where {
  readonly channel: Channel
  readonly id: string | null
}

export function errorFrame(code: ProblemCode, message: string, where?: Where): Frame {
  return messageFrame({ type: 'error', code, message, retryable: PROBLEMS[code].retryable, ...where })
}

/** The message of `/ws` for an event: flat, as clients of the short form expect it. */
export function statusFrame(news: OrderNews): Frame {
  const { orderId, status, seq, at } = news
  const { failure } = news.data
  const message = Object.assign({ orderId, status, seq, at }, dataOf(news), { orderId, seq, at })
  return Buffer.from(
    JSON.stringify(failure ? { ...message, error: failure.message, code: failure.code } : message),
  )
}

/** The message of `/ws` that says why there is nothing to stream. */
export function statusErrorFrame(code: ProblemCode, error: string): Frame {
  return Buffer.from(JSON.stringify({ error, code }))
}
