import { type Writable } from 'node:stream'
import { CLOSE_CODES, type ClientMessage } from '@fillstream/types'
import { type WebSocket } from 'ws'
import { type Credential } from './authentication'
import { openClient, type Client } from './client'
import { parseClientMessage } from './client-message'
import { type StreamContext } from './context'
import { statusErrorFrame, statusFrame } from './frames'
import { TRY_AGAIN_LATER } from './identity'
import { createSubscription, type Subscription } from './subscription'

const NORMAL = 1000

/** One connection to `/ws?orderId=`: the statuses of one order from the first on, then the end with 1000. */
export function openStatusStream(
  socket: WebSocket,
  wire: Writable,
  credential: Credential,
  orderId: string | null,
  context: StreamContext,
): void {
  let subscription: Subscription | null = null
  let begun = false
  const client = openClient(socket, wire, credential, context, {
    errorFrame: statusErrorFrame,
    onMessage(data, isBinary) {
      const message = authOf(data, isBinary)
      if (message === null || !client.outbox.open) return
      client.alone(() => client.identity.present(message.token, false))
      client.next(begin)
    },
    onClose() {
      subscription?.close()
      if (subscription) context.subscriptions.remove(subscription)
    },
  })

  async function begin(): Promise<void> {
    const { accountId } = client.identity
    if (accountId === null || begun) return
    begun = true
    subscription = await follow(client, accountId, orderId, context)
  }

  client.next(begin)
}

/** These clients have nothing to say but, perhaps, who they are. */
function authOf(
  ...frame: Parameters<typeof parseClientMessage>
): Extract<ClientMessage, { type: 'auth' }> | null {
  const parsed = parseClientMessage(...frame)
  return parsed.ok && parsed.message.type === 'auth' ? parsed.message : null
}

async function follow(
  client: Client,
  accountId: string,
  orderId: string | null,
  context: StreamContext,
): Promise<Subscription | null> {
  const { snapshots, subscriptions, events } = context
  const { outbox } = client
  if (!orderId) {
    client.fail('VALIDATION_FAILED', 'orderId is missing: /ws?orderId=<id>', CLOSE_CODES.protocolError)
    return null
  }
  const snapshot = await snapshots.order(accountId, orderId).catch((error: unknown) => {
    events.readFailed('snapshot', error)
    client.fail('DEPENDENCY_UNAVAILABLE', 'the order cannot be read now', TRY_AGAIN_LATER)
  })
  if (!outbox.open || snapshot === undefined) return null
  if (snapshot === null) {
    client.fail('NOT_FOUND', 'there is no such order', CLOSE_CODES.protocolError)
    return null
  }
  const topic = { kind: 'order', orderId: snapshot.orderId, accountId } as const
  const subscription = createSubscription({ topic, after: 0 }, context, {
    event(news) {
      outbox.send(statusFrame(news))
      events.eventSent('status')
    },
    replayComplete: () => undefined,
    interrupted: (error) => events.readFailed('replay', error),
    full: () => outbox.full(),
    room: () => outbox.room(),
    ended() {
      subscriptions.remove(subscription)
      outbox.close(NORMAL, 'done')
    },
  })
  subscriptions.add(subscription)
  subscription.begin(snapshot.lastSeq, false)
  return subscription
}
