import { type Writable } from 'node:stream'
import { CLOSE_CODES, type ClientMessage } from '@fillstream/types'
import { type RawData, type WebSocket } from 'ws'
import { type Credential } from './authentication'
import { openClient, type Client, type Protocol } from './client'
import { parseClientMessage, whereOf } from './client-message'
import { createClientSubscriptions, type ClientSubscriptions } from './client-subscriptions'
import { type StreamContext } from './context'
import { errorFrame, messageFrame } from './frames'
import { createMessageAllowance, type MessageAllowance } from './message-allowance'

/** One connection to `/v1/stream`. */
export function openSession(
  socket: WebSocket,
  wire: Writable,
  credential: Credential,
  context: StreamContext,
): void {
  new Session(socket, wire, credential, context)
}

class Session implements Protocol {
  readonly errorFrame = errorFrame
  readonly #context: StreamContext
  readonly #client: Client
  readonly #subscriptions: ClientSubscriptions
  readonly #allowance: MessageAllowance

  constructor(socket: WebSocket, wire: Writable, credential: Credential, context: StreamContext) {
    const { messageBurst, messagesPerSecond } = context.limits
    this.#context = context
    this.#allowance = createMessageAllowance(messageBurst, messagesPerSecond)
    this.#client = openClient(socket, wire, credential, context, this)
    this.#subscriptions = createClientSubscriptions(this.#client.outbox, context)
    this.#client.next(() => this.#greet())
  }

  onMessage(data: RawData, isBinary: boolean): void {
    const { events, clock } = this.#context
    const { connectionId, outbox } = this.#client
    if (!outbox.open) return
    if (!this.#allowance.take(clock.monotonic())) {
      events.messageRefused(connectionId, 'RATE_LIMITED')
      this.#client.fail('RATE_LIMITED', 'too many messages', CLOSE_CODES.slowConsumer)
      return
    }
    const parsed = parseClientMessage(data, isBinary)
    if (parsed.ok) {
      this.#handle(parsed.message)
      return
    }
    events.messageRefused(connectionId, parsed.code)
    this.#client.next(() => this.#client.fail(parsed.code, parsed.reason, CLOSE_CODES.protocolError))
  }

  onClose(): void {
    this.#subscriptions.closeAll()
  }

  #greet(): void {
    const { connectionId, outbox } = this.#client
    const { heartbeatMs } = this.#context.limits
    outbox.send(messageFrame({ type: 'connected', connectionId, heartbeatMs }))
  }

  #handle(message: ClientMessage): void {
    const subscriptions = this.#subscriptions
    const { identity, outbox } = this.#client
    switch (message.type) {
      case 'auth':
        this.#client.alone(() => identity.present(message.token, subscriptions.size === 0))
        return
      case 'ping': {
        const { nonce } = message
        this.#client.next(() =>
          outbox.send(messageFrame({ type: 'pong', ...(nonce !== undefined && { nonce }) })),
        )
        return
      }
      case 'subscribe':
        this.#client.next(() => this.#subscribe(message))
        return
      case 'unsubscribe':
        this.#client.next(() => subscriptions.unsubscribe(whereOf(message)))
        return
    }
  }

  #subscribe(message: Extract<ClientMessage, { type: 'subscribe' }>): void {
    const { accountId } = this.#client.identity
    if (accountId === null) {
      this.#client.fail('UNAUTHENTICATED', 'authenticate before subscribing', CLOSE_CODES.unauthenticated)
      return
    }
    const { afterSeq, cursor } = message
    this.#subscriptions.subscribe(accountId, { where: whereOf(message), afterSeq, cursor })
  }
}
