import type { Platform } from '../platform'
import {
  createConnection,
  type Connection,
  type ConnectionConfig,
  type Subscription,
  type SubscriptionHandle,
} from './connection'

/** Subscriptions that share a socket; more of them get a further one. */
const MAX_PER_CONNECTION = 50

export interface Stream {
  subscribe(subscription: Subscription): SubscriptionHandle
}

/** Spreads subscriptions over as few sockets as will do; a socket is closed with its last subscription. */
export function createStream(config: ConnectionConfig, platform: Platform): Stream {
  const connections = new Set<Connection>()
  return {
    subscribe: (subscription) => {
      for (const connection of connections) if (!connection.open) connections.delete(connection)
      const { channel, id } = subscription
      const free = [...connections].find(
        (connection) => connection.size < MAX_PER_CONNECTION && !connection.has(channel, id),
      )
      const connection = free ?? createConnection(config, platform)
      connections.add(connection)
      return connection.add(subscription)
    },
  }
}
