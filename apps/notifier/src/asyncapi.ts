import { clientMessageSchema, CLOSE_CODES, serverMessageSchema } from '@fillstream/types'
import { z } from 'zod'

type Json = Readonly<Record<string, unknown>>

/** What each message is for, by its `type`. */
const CLIENT_MESSAGES: Readonly<Record<string, string>> = {
  auth: 'An API key or a stream token, within 5 seconds, where the handshake carried neither',
  subscribe:
    'Follow one order (channel order, resume with afterSeq), all of the account (channel orders, resume with cursor), the prices of a pair (channel prices) or the launches of new tokens (channel pools)',
  unsubscribe: 'Follow it no more',
  ping: 'Ask for a pong',
}
const SERVER_MESSAGES: Readonly<Record<string, string>> = {
  connected: 'The first message of every connection',
  subscribed: 'How things stand; the events after afterSeq or cursor follow',
  event: 'One event of one order: seq counts per order, cursor per account, both without gaps',
  price: 'What a pair can be traded at since a slot; a slow reader gets the newest only',
  launch: 'A new token has a pool, which opens in openSlot',
  replayComplete: 'Past events end here, live ones follow',
  unsubscribed: 'The answer to unsubscribe',
  pong: 'The answer to ping',
  error: 'What was refused and why; retryable says whether the same can work later',
}

const CLOSES = [
  '1001: the service restarts, resume',
  '1009: a message was too long',
  '1013: a dependency is away, try again later',
  `${CLOSE_CODES.protocolError}: protocol error`,
  `${CLOSE_CODES.unauthenticated}: no credential, or a wrong one`,
  `${CLOSE_CODES.slowConsumer}: too slow, too many messages or connections; resume`,
]

const statusMessageSchema = z.looseObject({
  orderId: z.uuid(),
  status: z.string(),
  seq: z.number().int().min(1),
  at: z.iso.datetime(),
  txHash: z.string().optional(),
  error: z.string().optional(),
})

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, target: 'draft-7' })
  return json
}

function messagesOf(
  options: readonly (readonly [name: string, schema: z.ZodObject])[],
  summaries: Readonly<Record<string, string>>,
  io: 'input' | 'output',
): Record<string, Json> {
  return Object.fromEntries(
    options.map(([name, schema]) => [
      name,
      { name, summary: summaries[name], payload: schemaOf(schema, io) },
    ]),
  )
}

/** The `event` messages of the channels have forms of their own. */
function named(
  schema: (typeof serverMessageSchema.options)[number],
): (readonly [name: string, schema: z.ZodObject])[] {
  if (schema instanceof z.ZodObject) return [[schema.shape.type.value, schema]]
  const [event, launch, price] = schema.options
  return [
    ['event', event],
    ['launch', launch],
    ['price', price],
  ]
}

const references = (channel: string, names: readonly string[]) =>
  names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }))

/**
 * The AsyncAPI 3.0 document of the streams, made from the schemas that the messages are held against.
 * @param streamBase where clients reach this service, such as `ws://127.0.0.1:3001`
 */
export function asyncApiDocument(streamBase: string): Json {
  const { protocol, host } = new URL(streamBase)
  const sent = messagesOf(
    clientMessageSchema.options.map((schema) => [schema.shape.type.value, schema]),
    CLIENT_MESSAGES,
    'input',
  )
  const received = messagesOf(serverMessageSchema.options.flatMap(named), SERVER_MESSAGES, 'output')
  const status = {
    name: 'status',
    summary: 'One status of the order',
    payload: schemaOf(statusMessageSchema, 'output'),
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Fillstream streams',
      version: '1.0.0',
      description: `Events of orders, prices and launches of tokens over WebSocket; those of orders at least once and in order. Close codes: ${CLOSES.join('; ')}.`,
    },
    defaultContentType: 'application/json',
    servers: {
      notifier: {
        host,
        protocol: protocol.replace(':', ''),
        security: [
          { $ref: '#/components/securitySchemes/apiKey' },
          { $ref: '#/components/securitySchemes/streamToken' },
        ],
      },
    },
    channels: {
      stream: { address: '/v1/stream', messages: { ...sent, ...received } },
      statuses: {
        address: '/ws',
        description:
          'The statuses of one order of the short form, from the first on; closes with 1000 after the last',
        messages: { status },
        bindings: {
          ws: {
            query: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
          },
        },
      },
    },
    operations: {
      toServer: {
        action: 'receive',
        channel: { $ref: '#/channels/stream' },
        messages: references('stream', Object.keys(sent)),
      },
      toClient: {
        action: 'send',
        channel: { $ref: '#/channels/stream' },
        messages: references('stream', Object.keys(received)),
      },
      statusesToClient: {
        action: 'send',
        channel: { $ref: '#/channels/statuses' },
        messages: references('statuses', ['status']),
      },
    },
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key' },
        streamToken: {
          type: 'httpApiKey',
          in: 'query',
          name: 'token',
          description: 'A short-lived stream token, for browsers',
        },
      },
    },
  }
}
