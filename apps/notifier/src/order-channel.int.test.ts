import { randomUUID } from 'node:crypto'
import { startRig, type Customer, type Rig } from '../test-support/rig'
import { eventsIn, isA, numbers, seqsIn, type StreamClient } from '../test-support/stream-client'

jest.setTimeout(60_000)

let rig: Rig
let customer: Customer

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.newCustomer()
})
afterAll(() => rig.close())

const enough = (client: StreamClient, seq: number) => client.until((all) => seqsIn(all).includes(seq))

test('the snapshot, every event so far, replayComplete, then live events to the end', async () => {
  const placed = await rig.place(customer.accountId)
  const routing = await rig.move(placed, 'routing')
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'order', id: placed.id })
  await client.first(isA('replayComplete'))
  await rig.move(routing, 'building', 'submitted', 'confirmed')
  const messages = await enough(client, 5)

  expect(messages.map(({ type }) => type)).toEqual([
    'connected',
    'subscribed',
    'event',
    'event',
    'replayComplete',
    'event',
    'event',
    'event',
  ])
  expect(messages[1]).toMatchObject({
    channel: 'order',
    id: placed.id,
    snapshot: {
      orderId: placed.id,
      status: 'routing',
      lastSeq: 2,
      links: { self: `/v1/orders/${placed.id}`, stream: expect.stringMatching(/^ws:.*\/v1\/stream$/) },
    },
  })
  expect(messages[1]).not.toHaveProperty('snapshot.accountId')
  expect(messages[4]).toEqual({ type: 'replayComplete', channel: 'order', id: placed.id, lastSeq: 2 })
  expect(eventsIn(messages).map(({ seq, data }) => [seq, data.status])).toEqual([
    [1, 'pending'],
    [2, 'routing'],
    [3, 'building'],
    [4, 'submitted'],
    [5, 'confirmed'],
  ])
  for (const event of eventsIn(messages)) {
    expect(event).toMatchObject({ channel: 'order', id: placed.id, orderId: placed.id, cursor: event.seq })
  }
  await client.close()
})

test('afterSeq resumes: only what is later is told', async () => {
  const order = await rig.move(await rig.place(customer.accountId), 'routing', 'building')
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'order', id: order.id, afterSeq: 2 })
  expect(await client.first(isA('replayComplete'))).toMatchObject({ lastSeq: 3 })
  await rig.move(order, 'submitted')
  expect(seqsIn(await enough(client, 4))).toEqual([3, 4])

  client.send({ type: 'subscribe', channel: 'order', id: order.id, afterSeq: 4 })
  await client.until((all) => all.filter(isA('replayComplete')).length === 2)
  expect(client.messages.at(-1)).toMatchObject({ type: 'replayComplete', lastSeq: 4 })
  expect(seqsIn(client.messages)).toEqual([3, 4])
  await client.close()
})

test('one opened after the end hears everything', async () => {
  const order = await rig.move(
    await rig.place(customer.accountId),
    'routing',
    'building',
    'submitted',
    'confirmed',
  )
  await rig.wipeRedis()
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'order', id: order.id.toUpperCase(), afterSeq: 0 })
  expect(await client.first(isA('replayComplete'))).toMatchObject({ id: order.id, lastSeq: 5 })
  expect(seqsIn(client.messages)).toEqual(numbers(0, 5))
  expect(await client.first(isA('subscribed'))).toMatchObject({ snapshot: { status: 'confirmed' } })
  await client.close()
})

test('a second subscribe replaces the first: one more replay, and no event twice from then on', async () => {
  const order = await rig.place(customer.accountId)
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'order', id: order.id })
  client.send({ type: 'subscribe', channel: 'order', id: order.id })
  await client.first(isA('replayComplete'))
  client.send({ type: 'subscribe', channel: 'order', id: order.id, afterSeq: 1 })
  client.send({ type: 'ping', nonce: 'then' })
  await client.first(isA('pong'))
  await rig.move(order, 'routing')
  await enough(client, 2)
  client.send({ type: 'ping', nonce: 'end' })
  await client.until((all) => all.filter(isA('pong')).length === 2)
  expect(seqsIn(client.messages).filter((seq) => seq === 2)).toHaveLength(1)
  await client.close()
})

test('after unsubscribe nothing comes; an unsubscribe of nothing is answered too', async () => {
  const order = await rig.place(customer.accountId)
  const [client, witness] = [await rig.connect(customer), await rig.connect(customer)]
  for (const each of [client, witness]) {
    each.send({ type: 'subscribe', channel: 'order', id: order.id })
    await each.first(isA('replayComplete'))
  }
  client.send({ type: 'unsubscribe', channel: 'order', id: order.id })
  expect(await client.first(isA('unsubscribed'))).toEqual({
    type: 'unsubscribed',
    channel: 'order',
    id: order.id,
  })
  client.send({ type: 'unsubscribe', channel: 'orders' })
  await client.until((all) => all.filter(isA('unsubscribed')).length === 2)
  await rig.move(order, 'routing')
  await enough(witness, 2)
  client.send({ type: 'ping' })
  await client.first(isA('pong'))
  expect(seqsIn(client.messages)).toEqual([1])
  await Promise.all([client.close(), witness.close()])
})

test("another account's order, an unknown one and nonsense are NOT_FOUND, and the socket stays open", async () => {
  const other = await rig.newCustomer()
  const theirs = await rig.place(other.accountId)
  const client = await rig.connect(customer)
  const ids = [theirs.id, randomUUID(), 'nonsense']
  for (const id of ids) client.send({ type: 'subscribe', channel: 'order', id })
  await client.until((all) => all.filter(isA('error')).length === 3)
  for (const id of ids) {
    expect(client.messages).toContainEqual({
      type: 'error',
      code: 'NOT_FOUND',
      message: 'there is no such order',
      retryable: false,
      channel: 'order',
      id,
    })
  }
  await rig.wipeRedis()
  client.send({ type: 'subscribe', channel: 'order', id: theirs.id })
  await client.until((all) => all.filter(isA('error')).length === 4)
  await rig.move(theirs, 'routing')
  client.send({ type: 'ping' })
  await client.first(isA('pong'))
  expect(eventsIn(client.messages)).toEqual([])
  await client.close()
})

test('many orders over one connection, each in order', async () => {
  const client = await rig.connect(customer)
  const orders = await Promise.all(Array.from({ length: 30 }, () => rig.place(customer.accountId)))
  for (const { id } of orders) client.send({ type: 'subscribe', channel: 'order', id })
  await Promise.all(orders.map((order) => rig.move(order, 'routing', 'building', 'submitted', 'confirmed')))
  await client.until((all) => seqsIn(all).filter((seq) => seq === 5).length === orders.length)
  for (const { id } of orders) {
    expect(seqsIn(client.messages.filter((message) => 'id' in message && message.id === id))).toEqual(
      numbers(0, 5),
    )
  }
  await client.close()
})
