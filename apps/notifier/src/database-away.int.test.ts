import { createLink } from '../test-support/link'
import { startRig, type Customer, type Rig } from '../test-support/rig'
import { isA, numbers, openStream, seqsIn } from '../test-support/stream-client'

jest.setTimeout(60_000)

const link = createLink()
let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig({ viaDatabase: link, settings: { STREAM_CHECK_MS: 100 } })
  customer = await rig.newCustomer()
})
afterEach(() => link.mend())
afterAll(async () => {
  await rig.close()
  await link.cut()
})

test('live events flow on while Postgres is away; a hole waits and is filled when it is back', async () => {
  let order = await rig.place(customer.accountId)
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'order', id: order.id })
  await client.first(isA('replayComplete'))
  await link.cut()
  order = await rig.move(order, 'routing')
  await client.until((all) => seqsIn(all).includes(2))

  rig.silent = true
  order = await rig.move(order, 'building')
  rig.silent = false
  await rig.move(order, 'submitted')
  expect(await client.first(isA('error'))).toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    retryable: true,
    channel: 'order',
    id: order.id,
  })
  expect(seqsIn(client.messages)).toEqual([1, 2])
  await link.mend()
  await client.until((all) => seqsIn(all).includes(4))
  expect(seqsIn(client.messages)).toEqual(numbers(0, 4))
  expect(client.messages.filter(isA('error'))).toHaveLength(1)
  await client.close()
})

test('a subscribe while Postgres is away: the snapshot from Redis, an error, and the replay when it is back', async () => {
  const order = await rig.move(await rig.place(customer.accountId), 'routing')
  const client = await rig.connect(customer)
  await link.cut()
  client.send({ type: 'subscribe', channel: 'order', id: order.id })
  expect(await client.first(isA('subscribed'))).toMatchObject({ snapshot: { status: 'routing' } })
  expect(await client.first(isA('error'))).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true })
  await rig.move(order, 'building')
  await link.mend()
  await client.until((all) => seqsIn(all).includes(3))
  expect(seqsIn(client.messages)).toEqual(numbers(0, 3))
  await client.close()
})

test('who resumes where Redis stands needs no Postgres', async () => {
  const order = await rig.move(await rig.place(customer.accountId), 'routing')
  const client = await rig.connect(customer)
  await link.cut()
  client.send({ type: 'subscribe', channel: 'order', id: order.id, afterSeq: 2 })
  expect(await client.first(isA('replayComplete'))).toMatchObject({ lastSeq: 2 })
  await rig.move(order, 'building')
  await client.until((all) => seqsIn(all).includes(3))
  expect(client.messages.filter(isA('error'))).toEqual([])
  await link.mend()
  await client.close()
})

test('what needs Postgres is refused with a code, and works on the same socket when it is back', async () => {
  const order = await rig.place(customer.accountId)
  await rig.wipeRedis()
  const client = await rig.connect(customer)
  await link.cut()
  client.send({ type: 'subscribe', channel: 'orders' })
  client.send({ type: 'subscribe', channel: 'order', id: order.id })
  await client.until((all) => all.filter(isA('error')).length === 2)
  for (const error of client.messages.filter(isA('error'))) {
    expect(error).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true })
  }
  const unknowable = openStream(rig.at('/v1/stream'), { headers: customer.headers })
  expect(await unknowable.closed).toMatchObject({ code: 1013 })
  expect(unknowable.messages).toMatchObject([{ type: 'error', code: 'DEPENDENCY_UNAVAILABLE' }])
  const ready = await fetch(`${rig.notifier.url}/readyz`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toMatchObject({ status: 'not ready', checks: { redis: 'ok' } })

  await link.mend()
  client.send({ type: 'subscribe', channel: 'orders' })
  client.send({ type: 'subscribe', channel: 'order', id: order.id })
  await client.until((all) => all.filter(isA('replayComplete')).length === 2)
  await client.close()
})
