import { randomUUID } from 'node:crypto'
import { type Order } from '@fillstream/core'
import { type RouteReceipt } from '@fillstream/types'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database'
import { newAccount, newOrder, openStore, steps, submittedAttempt } from '../../tests/support/store'
import { type AppendResult, type InsertResult, type OrderAppend, type Store } from './index'

let database: TestDatabase
let store: Store
let accountId: string
beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
  accountId = await newAccount(store)
})
afterAll(async () => {
  await store?.close()
  await database?.drop()
})

const route = { inAmount: '1', outAmount: '2', routePlan: [], quotes: [] } as unknown as RouteReceipt
const failure = { code: 'TX_FAILED', message: 'why', retryable: false } as const
const fill = {
  attempt: 2,
  signature: 'signature',
  slot: 12,
  inputMint: 'in',
  outputMint: 'out',
  inputAmount: 5n,
  outputAmount: 6n,
  price: '1.2',
  fees: [],
}

async function accepted(fields: Parameters<typeof newOrder>[1] = {}): Promise<Order> {
  const [result] = (await store.orders.insertOrders([newOrder(accountId, fields)])) as InsertResult[]
  return (result as InsertResult).order
}

async function step(
  order: Order,
  path: Parameters<typeof steps>[2],
  fields: Partial<OrderAppend> = {},
): Promise<AppendResult> {
  const [result] = (await store.orders.appendEvents([
    steps(order, order.lastSeq, path, { order, ...fields }),
  ])) as AppendResult[]
  return result as AppendResult
}

/** The order as the append says it is now, which must be what the row says. */
async function stepped(...given: Parameters<typeof step>): Promise<Order> {
  const result = await step(...given)
  if (result.outcome === 'conflict') throw new Error('the step was refused')
  expect(result.order).toEqual(await store.orders.get(null, result.order.id))
  return result.order
}

test('a new order is what its row says, its default expiry included', async () => {
  for (const fields of [
    {},
    { timeInForce: 'GTD' },
    { amount: 2n ** 64n - 1n, clientOrderId: 'mine' },
  ] as const) {
    const order = await accepted(fields)
    expect(order).toEqual(await store.orders.get(null, order.id))
  }
})

test('what a step leaves is computed as its row has it, through every kind of step', async () => {
  let order = await accepted()
  order = await stepped(order, ['pending', 'routing'])
  order = await stepped(order, ['routing'], {
    attempt: { kind: 'fail', attempt: 1, code: 'VENUE_TIMEOUT', message: 'late' },
    changes: { dueInMs: 500 },
  })
  order = await stepped(order, ['routing', 'building'], {
    changes: { route, minOutputAmount: 2n ** 64n - 1n },
  })
  order = await stepped(order, ['building', 'submitted'], { attempt: submittedAttempt(2) })
  order = await stepped(order, ['submitted', 'confirmed'], {
    attempt: { kind: 'resolve', attempt: 2, status: 'confirmed', slot: 12, code: null, message: null },
    changes: {
      txHash: 'signature',
      inputUsed: 5n,
      outputAmount: 6n,
      executedPrice: '1.2',
      fees: [{ kind: 'network', mint: 'in', amount: '5000' }],
      dueInMs: null,
    },
    fill,
  })
  expect(order.status).toBe('confirmed')

  let other = await accepted()
  other = await stepped(other, ['pending', 'routing', 'failed'], {
    attempt: { kind: 'fail', attempt: 1, code: 'TX_FAILED', message: 'why' },
    changes: { failure },
  })
  expect(other.failure).toEqual(failure)
})

test('a step by an order with other attempts is refused: its snapshot would lack them', async () => {
  const order = await stepped(await accepted(), ['pending', 'routing'])
  await stepped(order, ['routing'], {
    attempt: { kind: 'fail', attempt: 1, code: 'VENUE_TIMEOUT', message: 'late' },
  })
  expect(await step(order, ['routing', 'building'])).toEqual({ outcome: 'conflict' })
})

test('steps with and without the order go together, each answered whole', async () => {
  const [known, unknown] = [await accepted(), await accepted()]
  const results = await store.orders.appendEvents([
    steps(known, 1, ['pending', 'routing'], { order: known }),
    steps(unknown, 1, ['pending', 'routing'], {
      events: [{ eventId: randomUUID(), status: 'routing', phase: 'x', data: {} }],
    }),
  ])
  for (const result of results as AppendResult[]) {
    if (result.outcome === 'conflict') throw new Error('refused')
    expect(result.order).toEqual(await store.orders.get(null, result.order.id))
  }
})
