import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { createTestDatabase } from '../../tests/support/database'
import {
  eventually,
  newAccount,
  newOrder,
  openStore,
  steps,
  submittedAttempt,
} from '../../tests/support/store'
import type { AppendResult, Order } from './orders'

/** After the fifth run of a statement its plan is kept for the connection. */
const ROUNDS = 12

test('no statement of an order reads through all of them, though its plan was made when there were few', async () => {
  const database = await createTestDatabase()
  const store = openStore(database.url, { poolSize: 1 })
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const orderOf = (results: readonly (AppendResult | Error)[]): Order => {
    const [result] = results
    if (!result || result instanceof Error || result.outcome !== 'appended') throw new Error('not appended')
    return result.order
  }
  try {
    const accountId = await newAccount(store)
    for (let round = 0; round < ROUNDS; round++) {
      const draft = newOrder(accountId)
      await store.orders.insertOrders([draft])
      const order = (await store.orders.get(null, draft.id)) as Order
      const submitted = orderOf(
        await store.orders.appendEvents([
          {
            ...steps(order, 1, ['pending', 'routing', 'building', 'submitted']),
            order,
            attempt: submittedAttempt(),
          },
        ]),
      )
      const outcome = { status: 'confirmed', slot: 1, code: null, message: null } as const
      await store.orders.appendEvents([
        {
          ...steps(submitted, 4, ['submitted', 'confirmed']),
          order: submitted,
          attempt: { kind: 'resolve', attempt: 1, ...outcome },
        },
      ])
      await store.attempts.markFinalized([{ orderId: order.id, attempt: 1 }])
      await store.orders.past([{ orderId: order.id, seq: 1 }])
      await store.work.dueOrders(10, 0, null)
      await store.work.expiredOrders(10)
      await store.attempts.takeUnresolved(randomUUID(), 1_000, 10)
    }
    await store.close()
    // What a connection has counted is told at its end.
    await eventually(async () => {
      const { rows } = await client.query<{ relname: string; seq_scan: string; idx_scan: string }>(
        `SELECT relname, seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname IN ('orders', 'attempts') ORDER BY 1`,
      )
      expect(rows.map(({ idx_scan }) => Number(idx_scan) >= ROUNDS)).toEqual([true, true])
      expect(rows.map(({ relname, seq_scan }) => [relname, Number(seq_scan)])).toEqual([
        ['attempts', 0],
        ['orders', 0],
      ])
    })
  } finally {
    await Promise.all([store.close(), client.end()])
    await database.drop()
  }
}, 30_000)
