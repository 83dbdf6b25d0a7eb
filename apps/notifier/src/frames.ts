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

/** One WebSocket message as it goes over the wire, head and all: encoded once however many clients it goes to. */
export type Frame = Buffer

/** A whole text message that is not masked (RFC 6455, 5.2): the first byte of its frame. */
const WHOLE_TEXT = 0x81
/** The longest payloads whose length stands in the second byte, and in the two behind it. */
const [SHORT, MEDIUM] = [125, 0xffff]

/** The frame of a text message. */
export function textFrame(text: string): Frame {
  const length = Buffer.byteLength(text)
  const head = length <= SHORT ? 2 : length <= MEDIUM ? 4 : 10
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = WHOLE_TEXT
  if (length <= SHORT) frame[1] = length
  else if (length <= MEDIUM) {
    frame[1] = SHORT + 1
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = SHORT + 2
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, head)
  return frame
}

interface EncodedEvent {
  /** A copy of an event, with other data perhaps, brings this along. */
  readonly of: OrderNews
  /** The members that are the same on every channel, as JSON without the opening brace. */
  readonly rest: string
  order: Frame | null
  orders: Frame | null
}

/** On the event itself: a WeakMap of a crowd's replays costs as much as the encoding. */
const ENCODED = Symbol('encoded')
type Encodable = OrderNews & { [ENCODED]?: EncodedEvent }

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
  return { of: news, rest, order: null, orders: null }
}

/** The `event` message of a channel. `id` is the order's on `order`, null on `orders`. */
export function eventFrame(channel: OrderChannel, news: Encodable): Frame {
  let encoded = news[ENCODED]
  if (encoded?.of !== news) encoded = news[ENCODED] = encode(news)
  const id = JSON.stringify(channel === 'order' ? news.orderId : null)
  return (encoded[channel] ??= textFrame(`{"type":"event","channel":"${channel}","id":${id},${encoded.rest}`))
}

export function messageFrame(message: ServerMessage): Frame {
  return textFrame(JSON.stringify(message))
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
  return textFrame(
    JSON.stringify(failure ? { ...message, error: failure.message, code: failure.code } : message),
  )
}

/** The message of `/ws` that says why there is nothing to stream. */
export function statusErrorFrame(code: ProblemCode, error: string): Frame {
  return textFrame(JSON.stringify({ error, code }))
}
