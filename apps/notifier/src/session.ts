import { type Writable } from 'node:stream'
import { CLOSE_CODES, type ClientMessage } from '@fillstream/types'
import { type WebSocket } from 'ws'
import { type Credential } from './authentication'
import { openClient, type Client } from './client'
import { parseClientMessage, whereOf } from './client-message'
import { createClientSubscriptions, type ClientSubscriptions } from './client-subscriptions'
import { type StreamContext } from './context'
import { errorFrame, messageFrame } from './frames'
import { createMessageAllowance } from './message-allowance'

/** One connection to `/v1/stream`. */
export function openSession(
  socket: WebSocket,
  wire: Writable,
  credential: Credential,
  context: StreamContext,
): void {
  const { limits, clock, events } = context
  const allowance = createMessageAllowance(limits.messageBurst, limits.messagesPerSecond)
  const client = openClient(socket, wire, credential, context, errorFrame, () => subscriptions.closeAll())
  const subscriptions = createClientSubscriptions(client.outbox, context)

  client.next(() => {
    const { connectionId } = client
    client.outbox.send(messageFrame({ type: 'connected', connectionId, heartbeatMs: limits.heartbeatMs }))
  })

  socket.on('message', (data, isBinary) => {
    if (!client.outbox.open) return
    if (!allowance.take(clock.monotonic())) {
      events.messageRefused(client.connectionId, 'RATE_LIMITED')
      client.fail('RATE_LIMITED', 'too many messages', CLOSE_CODES.slowConsumer)
      return
    }
    const parsed = parseClientMessage(data, isBinary)
    if (parsed.ok) {
      handle(client, subscriptions, parsed.message)
      return
    }
    events.messageRefused(client.connectionId, parsed.code)
    client.next(() => client.fail(parsed.code, parsed.reason, CLOSE_CODES.protocolError))
  })
}

function handle(
  { identity, outbox, ...client }: Client,
  subscriptions: ClientSubscriptions,
  message: ClientMessage,
): void {
  switch (message.type) {
    case 'auth':
      client.alone(() => identity.present(message.token, subscriptions.size === 0))
      return
    case 'ping': {
      const { nonce } = message
      client.next(() => outbox.send(messageFrame({ type: 'pong', ...(nonce !== undefined && { nonce }) })))
      return
    }
    case 'subscribe':
      client.next(() => {
        const { accountId } = identity
        if (accountId === null) {
          client.fail('UNAUTHENTICATED', 'authenticate before subscribing', CLOSE_CODES.unauthenticated)
          return
        }
        const { afterSeq, cursor } = message
        subscriptions.subscribe(accountId, { where: whereOf(message), afterSeq, cursor })
      })
      return
    case 'unsubscribe':
      client.next(() => subscriptions.unsubscribe(whereOf(message)))
      return
  }
}
