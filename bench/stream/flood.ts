import { randomUUID } from 'node:crypto'
import { createPublisher, NEWS_DEFAULTS } from '@fillstream/messaging'
import { snapshotOf } from '@fillstream/core'
import { type EventData, type OrderNews } from '@fillstream/types'
import { type Redis } from 'ioredis'
import { Client } from 'pg'
import { type Member } from './members'

/** Puts events on a stream faster than an engine could make them. Postgres hears of them when they are settled. */
export interface Flood {
  /** The seq that the members' orders have reached on the stream. */
  readonly seq: number
  /** `rounds` more events of each member, the members taking turns. */
  tell(rounds: number): Promise<void>
  /** Puts into Postgres what the stream has, as if it had been appended. */
  settle(databaseUrl: string): Promise<void>
}

/** Orders of one publish at most. */
const GROUP = 500
const DATA: EventData = { attempt: 1, txHash: '5'.repeat(88) }

const SETTLE = `
WITH these AS (SELECT id, account_id, last_seq FROM orders WHERE id = ANY($1::uuid[])),
told AS (
  INSERT INTO order_events (order_id, seq, account_id, cursor, event_id, status, phase, data)
  SELECT id, seq, account_id, seq, gen_random_uuid(), 'submitted', NULL, $3::jsonb FROM these, generate_series(last_seq + 1, $2::int) AS seq),
moved AS (UPDATE orders SET last_seq = $2::int, status = 'submitted' WHERE id = ANY($1::uuid[]))
UPDATE accounts SET account_seq = $2::int WHERE id IN (SELECT account_id FROM these)`

/** @param members whose orders stand at the same seq; `data` is what each event carries */
export function createFlood(redis: Redis, prefix: string, members: readonly Member[], data = DATA): Flood {
  const publish = createPublisher(redis, { prefix, shards: 1, ...NEWS_DEFAULTS })
  let seq = members[0]?.order.lastSeq ?? 0

  function next({ accountId, order }: Member): { order: ReturnType<typeof snapshotOf>; news: OrderNews[] } {
    const news = {
      orderId: order.id,
      accountId,
      seq,
      cursor: seq,
      status: 'submitted',
      phase: null,
      at: new Date().toISOString(),
      data,
    } as const
    return { order: { ...snapshotOf(order), status: 'submitted', lastSeq: seq }, news: [news] }
  }

  return {
    get seq() {
      return seq
    },
    async tell(rounds) {
      for (let round = 0; round < rounds; round += 1) {
        seq += 1
        for (let first = 0; first < members.length; first += GROUP)
          await publish(members.slice(first, first + GROUP).map(next))
      }
    },
    async settle(databaseUrl) {
      const client = new Client({ connectionString: databaseUrl })
      await client.connect()
      try {
        await client.query(SETTLE, [members.map(({ order }) => order.id), seq, JSON.stringify(data)])
      } finally {
        await client.end()
      }
    },
  }
}

/** Text that a compressor or a cache would not shrink. */
export function padding(bytes: number): string {
  return Array.from({ length: Math.ceil(bytes / 36) }, () => randomUUID())
    .join('')
    .slice(0, bytes)
}
