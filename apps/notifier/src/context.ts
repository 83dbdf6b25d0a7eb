import { type Clock, type IdSource } from '@fillstream/runtime'
import { type Authentication } from './authentication'
import { type Connections } from './connections'
import { type NotifierEvents } from './events'
import { type Launches } from './launches'
import { type Pacer } from './pacer'
import { type Prices } from './prices'
import { type History } from './reads'
import { type Snapshots } from './snapshots'
import { type Subscriptions } from './subscriptions'
import { type Turns } from './turns'

/** The bounds of one connection. */
export interface StreamLimits {
  readonly heartbeatMs: number
  /** How long a client may take to send `auth`. */
  readonly authTimeoutMs: number
  /** Bytes of one message of a client. */
  readonly maxMessageBytes: number
  readonly maxSubscriptions: number
  /** Messages at once, and per second from then on. */
  readonly messageBurst: number
  readonly messagesPerSecond: number
  /** Bytes that may wait for a client that reads slowly. */
  readonly maxBufferedBytes: number
}

/** What every connection is handed. */
export interface StreamContext {
  readonly limits: StreamLimits
  /** What `links.stream` of an order starts with. */
  readonly streamBase: string
  readonly clock: Clock
  readonly ids: IdSource
  readonly events: NotifierEvents
  readonly authentication: Authentication
  readonly connections: Connections
  readonly subscriptions: Subscriptions
  readonly history: History
  /** For replays: however many and long, the service answers in between. */
  readonly pacer: Pacer
  readonly turns: Turns
  readonly snapshots: Snapshots
  readonly launches: Launches
  readonly prices: Prices
}
