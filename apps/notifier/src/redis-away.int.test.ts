import { createLink } from '../test-support/link'
import { startRig, type Customer, type Rig } from '../test-support/rig'
import { isA, numbers, openStream, seqsIn } from '../test-support/stream-client'

jest.setTimeout(60_000)

const link = createLink()
let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig({ viaRedis: link, settings: { STREAM_CHECK_MS: 100 } })
  customer = await rig.newCustomer()
})
afterEach(() => link.mend())
afterAll(async () => {
  await rig.close()
  await link.cut()
})

test('while Redis is away snapshots and events come from Postgres, and from Redis again when it is back', async () => {
  let order = await rig.place(customer.accountId)
  const before = await rig.connect(customer)
  before.send({ type: 'subscribe', channel: 'order', id: order.id })
  await before.first(isA('replayComplete'))
  await link.cut()
  order = await rig.move(order, 'routing', 'building')
  await before.until((all) => seqsIn(all).includes(3))

  const during = await rig.connect(customer)
  during.send({ type: 'subscribe', channel: 'order', id: order.id })
  expect(await during.first(isA('subscribed'))).toMatchObject({ snapshot: { status: 'building' } })
  await during.first(isA('replayComplete'))
  const ready = await fetch(`${rig.notifier.url}/readyz`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toMatchObject({ status: 'not ready', checks: { postgres: 'ok' } })

  await link.mend()
  await rig.move(order, 'submitted', 'confirmed')
  for (const client of [before, during]) {
    await client.until((all) => seqsIn(all).includes(5))
    expect(seqsIn(client.messages)).toEqual(numbers(0, 5))
    expect(client.messages.filter(isA('error'))).toEqual([])
    await client.close()
  }
})

test('a stream token that cannot be looked up is not called wrong', async () => {
  await link.cut()
  const client = openStream(rig.at('/v1/stream?token=some-token'))
  expect(await client.closed).toMatchObject({ code: 1013 })
  expect(client.messages).toMatchObject([{ type: 'error', code: 'DEPENDENCY_UNAVAILABLE', retryable: true }])
})

test('it stops also while Redis is away', async () => {
  const client = await rig.connect(customer)
  await link.cut()
  const order = await rig.place(customer.accountId)
  client.send({ type: 'subscribe', channel: 'order', id: order.id })
  await client.first(isA('replayComplete'))
  await rig.notifier.close()
  expect(await client.closed).toMatchObject({ code: 1001 })
})
