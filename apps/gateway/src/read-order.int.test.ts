import { snapshotOf, type OrderSnapshot } from '@fillstream/core'
import { createPublisher, NEWS_DEFAULTS } from '@fillstream/messaging'
import { createRedis, redisReady, systemDeps } from '@fillstream/runtime'
import { orderHashKey } from '@fillstream/types'
import { startTestGateway, type TestGateway } from '../../../tests/support/gateway'
import { newOrder, steps } from '../../../tests/support/store'

let rig: TestGateway
const redis = createRedis(
  process.env['TEST_REDIS_URL'] as string,
  'producer',
  systemDeps('test', 'silent').logger,
)
beforeAll(async () => {
  rig = await startTestGateway()
  await redisReady(redis)
})
afterAll(async () => {
  redis.disconnect()
  await rig.close()
})

const order = { inputMint: 'USDC', outputMint: 'SOL', amount: '150000000' }

/** An order whose copy in Redis says something else than Postgres: further on, and told `ageMs` ago. */
async function orderWithCopy(ageMs: number, fields: Partial<OrderSnapshot> = {}): Promise<string> {
  const { body } = await rig.call('POST', '/v1/orders', { json: order })
  const orderId = body['orderId'] as string
  const stored = await rig.store.orders.get(null, orderId)
  if (!stored) throw new Error('no such order')
  const copy = { ...snapshotOf(stored), status: 'routing' as const, lastSeq: 7, ...fields }
  const publish = createPublisher(redis, { prefix: rig.redis.keyPrefix, shards: 1, ...NEWS_DEFAULTS })
  await publish([{ order: copy, news: [] }])
  const key = orderHashKey(rig.redis.keyPrefix, 0, orderId)
  await redis.pexpire(key, NEWS_DEFAULTS.activeTtlMs - ageMs)
  return `/v1/orders/${orderId}`
}

test('a young copy in Redis is the answer', async () => {
  const { body } = await rig.call('GET', await orderWithCopy(100))
  expect(body).toMatchObject({ status: 'routing', lastSeq: 7 })
})

test('an order of which nothing was told yet is found', async () => {
  const untold = newOrder(rig.accountId)
  await rig.store.orders.insertOrders([untold])
  const { status, body } = await rig.call('GET', `/v1/orders/${untold.id}`)
  expect([status, body['status'], body['lastSeq']]).toEqual([200, 'pending', 1])
})

test('an old one is not believed: news of the next step may have been lost', async () => {
  const { body } = await rig.call('GET', await orderWithCopy(60_000))
  expect(body).toMatchObject({ status: 'pending', lastSeq: 1 })
})

test('an order cancelled by a gateway that died before it told so: a repeated cancel and every read after it agree', async () => {
  const { body } = await rig.call('POST', '/v1/orders', { json: order })
  const orderId = body['orderId'] as string
  const [result] = await rig.store.orders.appendEvents([
    steps({ id: orderId, accountId: rig.accountId }, 1, ['pending', 'cancelled']),
  ])
  expect(result).toMatchObject({ outcome: 'appended' })
  expect((await rig.call('DELETE', `/v1/orders/${orderId}`)).body).toMatchObject({ status: 'cancelled' })
  expect((await rig.call('GET', `/v1/orders/${orderId}`)).body).toMatchObject({ status: 'cancelled' })
})

test("another account's copy is not shown", async () => {
  const self = await orderWithCopy(100)
  const { apiKey: key } = await rig.newAccount()
  expect((await rig.call('GET', self, { key })).status).toBe(404)
})
