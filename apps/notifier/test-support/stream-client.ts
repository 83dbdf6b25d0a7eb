import { once } from 'node:events'
import {
  serverMessageSchema,
  type ClientMessage,
  type EventMessage,
  type ServerMessage,
} from '@fillstream/types'
import { WebSocket, type ClientOptions } from 'ws'

/** A client that keeps all it is told, and lets a test wait for a message instead of for a time. */
export class TestClient<Message> {
  readonly messages: Message[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  #wake: () => void = () => undefined

  constructor(
    readonly socket: WebSocket,
    parse: (value: unknown) => Message,
  ) {
    socket.on('message', (data) => {
      this.messages.push(parse(JSON.parse(String(data))))
      this.#wake()
    })
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: String(reason) })
        this.#wake()
      })
    })
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message))
  }

  /** The messages so far, as soon as `enough` says that they are. Fails when the connection ends before. */
  async until(enough: (messages: readonly Message[]) => boolean): Promise<readonly Message[]> {
    while (!enough(this.messages)) {
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error(`closed after ${JSON.stringify(this.messages).slice(0, 2_000)}`)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return this.messages
  }

  /** The first message that fits, past or to come. */
  async first<Found extends Message>(fits: (message: Message) => message is Found): Promise<Found>
  async first(fits: (message: Message) => boolean): Promise<Message>
  async first(fits: (message: Message) => boolean): Promise<Message> {
    const messages = await this.until((all) => all.some(fits))
    return messages.find(fits) as Message
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}

export type StreamClient = TestClient<ServerMessage>

/** Opens `/v1/stream`; every message that comes is held against the published schema. */
export function openStream(url: string, options: ClientOptions = {}): StreamClient {
  return new TestClient(new WebSocket(url, options), (value) => serverMessageSchema.parse(value))
}

/** The status code with which a handshake is refused. */
export async function refusedHandshake(
  url: string,
  options: ClientOptions = {},
): Promise<number | undefined> {
  const socket = new WebSocket(url, options)
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }]
  socket.terminate()
  return response.statusCode
}

export const isA =
  <Type extends ServerMessage['type']>(type: Type) =>
  (message: ServerMessage): message is Extract<ServerMessage, { type: Type }> =>
    message.type === type

export function eventsIn(messages: readonly ServerMessage[]): EventMessage[] {
  return messages.filter(isA('event')).filter((message) => 'orderId' in message)
}

export function seqsIn(messages: readonly ServerMessage[]): number[] {
  return eventsIn(messages).map(({ seq }) => seq)
}

/** 1, 2, ... `last`, from `after` on. */
export function numbers(after: number, last: number): number[] {
  return Array.from({ length: last - after }, (_, i) => after + i + 1)
}
