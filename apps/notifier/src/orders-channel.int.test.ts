import { startRig, type Customer, type Rig } from '../test-support/rig'
import { eventsIn, isA, numbers, openStream } from '../test-support/stream-client'

jest.setTimeout(60_000)

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.close())

const cursorsIn = (messages: Parameters<typeof eventsIn>[0]) => eventsIn(messages).map(({ cursor }) => cursor)

async function settled(customer: Customer) {
  return rig.move(await rig.place(customer.accountId), 'routing', 'building', 'submitted', 'confirmed')
}

test('without a cursor: the running orders, nothing of the past, then all live events by cursor', async () => {
  const customer = await rig.newCustomer()
  await settled(customer)
  const running = await rig.move(await rig.place(customer.accountId), 'routing')
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'orders' })
  await client.first(isA('replayComplete'))
  await Promise.all([
    rig.move(running, 'building', 'submitted', 'confirmed'),
    settled(customer),
    settled(customer),
  ])
  const messages = await client.until((all) => eventsIn(all).length === 13)

  expect(messages[1]).toMatchObject({
    type: 'subscribed',
    channel: 'orders',
    id: null,
    snapshot: { cursor: 7 },
  })
  const { snapshot } = await client.first(isA('subscribed'))
  expect('orders' in snapshot && snapshot.orders.map(({ orderId, status }) => [orderId, status])).toEqual([
    [running.id, 'routing'],
  ])
  expect(messages[2]).toEqual({ type: 'replayComplete', channel: 'orders', id: null, lastSeq: 0, cursor: 7 })
  expect(cursorsIn(messages)).toEqual(numbers(7, 20))
  for (const event of eventsIn(messages)) expect(event).toMatchObject({ channel: 'orders', id: null })
  await client.close()
})

test('with a cursor: every event after it over all orders, page by page, then live', async () => {
  const customer = await rig.newCustomer()
  await Promise.all(Array.from({ length: 240 }, () => settled(customer)))
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'orders', cursor: 3 })
  expect(await client.first(isA('replayComplete'))).toEqual({
    type: 'replayComplete',
    channel: 'orders',
    id: null,
    lastSeq: 0,
    cursor: 1_200,
  })
  await settled(customer)
  await client.until((all) => eventsIn(all).length === 1_202)
  expect(cursorsIn(client.messages)).toEqual(numbers(3, 1_205))
  await client.close()
})

test('cursor 0 is a cursor: everything', async () => {
  const customer = await rig.newCustomer()
  await settled(customer)
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'orders', cursor: 0 })
  await client.first(isA('replayComplete'))
  expect(cursorsIn(client.messages)).toEqual(numbers(0, 5))
  await client.close()
})

test('a client that comes and goes, resuming at its last cursor, misses nothing and sees nothing twice', async () => {
  const customer = await rig.newCustomer()
  const seen: number[] = []
  const orders = Promise.all(Array.from({ length: 20 }, () => settled(customer)))
  while (seen.length < 100) {
    const client = openStream(rig.at('/v1/stream'), { headers: customer.headers })
    await client.first(isA('connected'))
    client.send({ type: 'subscribe', channel: 'orders', cursor: seen.length })
    await client.until((all) => eventsIn(all).length >= Math.min(7, 100 - seen.length))
    seen.push(...cursorsIn(client.messages))
    client.socket.terminate()
  }
  await orders
  expect(seen).toEqual(numbers(0, 100))
})

test('one account does not hear of another', async () => {
  const [mine, theirs] = [await rig.newCustomer(), await rig.newCustomer()]
  const client = await rig.connect(mine)
  client.send({ type: 'subscribe', channel: 'orders', cursor: 0 })
  await client.first(isA('replayComplete'))
  await settled(theirs)
  await settled(mine)
  await client.until((all) => eventsIn(all).length === 5)
  expect(new Set(eventsIn(client.messages).map(({ orderId }) => orderId)).size).toBe(1)
  await client.close()
})
