import { setMaxListeners } from 'node:events'
import { createClient, type StreamEvent } from '../../packages/sdk/src/index'
import { type Trader } from './accounts'
import { type Placed } from './client'

/** One client of the stream and all that it was told, repeats left out as the SDK does. */
export interface Follower {
  readonly who: string
  readonly accountId: string
  /** Null: it follows all orders of the account, from its first event. */
  readonly orderId: string | null
  readonly told: readonly Pick<StreamEvent, 'orderId' | 'seq' | 'cursor' | 'status'>[]
  /** Why it heard no more, where that was not its own wish. */
  readonly failure: () => string | null
}

export interface Followers {
  readonly all: readonly Follower[]
  followOrder(placed: Placed): void
  stop(): Promise<void>
}

/** Through the SDK, which reconnects and resumes; the address may lead to another copy each time. */
export function startFollowers(baseUrl: string, streamUrl: string, traders: readonly Trader[]): Followers {
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  const all: Follower[] = []
  const running: Promise<void>[] = []
  const clients = new Map(
    traders.map(({ accountId, apiKey }) => [
      accountId,
      createClient({ baseUrl, streamUrl, apiKey, maxReconnects: 1_000 }),
    ]),
  )

  function follow(
    who: string,
    accountId: string,
    orderId: string | null,
    events: AsyncIterable<StreamEvent>,
  ): void {
    const told: Follower['told'][number][] = []
    let failure: string | null = null
    all.push({ who, accountId, orderId, told, failure: () => failure })
    running.push(
      (async () => {
        try {
          for await (const { orderId: of, seq, cursor, status } of events)
            told.push({ orderId: of, seq, cursor, status })
        } catch (error) {
          if (!stopping.signal.aborted) failure = (error as Error).message
        }
      })(),
    )
  }

  traders.forEach(({ accountId }, i) => {
    const client = clients.get(accountId)
    if (client)
      follow(
        `all orders of trader ${i + 1}`,
        accountId,
        null,
        client.orders.watchAll({ cursor: 0, signal: stopping.signal }),
      )
  })

  return {
    all,
    followOrder({ accountId, orderId }) {
      const client = clients.get(accountId)
      if (!client || orderId === null) return
      follow(
        `order ${orderId}`,
        accountId,
        orderId,
        client.orders.watch(orderId, { signal: stopping.signal }),
      )
    },
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}
