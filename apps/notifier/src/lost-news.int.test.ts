import { startRig, type Customer, type Rig, type RigOptions } from '../test-support/rig'
import { eventsIn, isA, numbers, seqsIn, type StreamClient } from '../test-support/stream-client'

jest.setTimeout(60_000)

let rig: Rig | undefined

afterEach(() => rig?.close())

/** `hardly ever`: what is delivered can't have come from the comparison with Postgres. */
const HARDLY_EVER = 3_600_000

async function begin(checkMs: number, options: RigOptions = {}): Promise<{ rig: Rig; customer: Customer }> {
  rig = await startRig({ ...options, settings: { STREAM_CHECK_MS: checkMs } })
  return { rig, customer: await rig.newCustomer() }
}

async function following(rig: Rig, customer: Customer, id: string): Promise<StreamClient> {
  const client = await rig.connect(customer)
  client.send({ type: 'subscribe', channel: 'order', id })
  client.send({ type: 'subscribe', channel: 'orders', cursor: 0 })
  await client.until((all) => all.filter(isA('replayComplete')).length === 2)
  return client
}

const on = (client: StreamClient, channel: 'order' | 'orders') =>
  eventsIn(client.messages).filter((event) => event.channel === channel)

async function bothChannels(client: StreamClient, last: number): Promise<void> {
  await client.until((all) => seqsIn(all).filter((seq) => seq === last).length === 2)
  expect(on(client, 'order').map(({ seq }) => seq)).toEqual(numbers(0, last))
  expect(on(client, 'orders').map(({ cursor }) => cursor)).toEqual(numbers(0, last))
}

test('news that were never told are read as soon as later news shows the hole', async () => {
  const { rig, customer } = await begin(HARDLY_EVER)
  let order = await rig.place(customer.accountId)
  const client = await following(rig, customer, order.id)
  rig.silent = true
  order = await rig.move(order, 'routing', 'building')
  rig.silent = false
  await rig.move(order, 'submitted')
  await bothChannels(client, 4)
})

test('news that come swapped and twice are delivered in order and once', async () => {
  const { rig, customer } = await begin(HARDLY_EVER)
  let order = await rig.place(customer.accountId)
  const client = await following(rig, customer, order.id)
  rig.silent = true
  order = await rig.move(order, 'routing', 'building', 'submitted', 'confirmed')
  rig.silent = false
  const [news = []] = await rig.store.events.newsOfOrders([{ orderId: order.id, afterSeq: 0 }], 10)
  const swapped = [5, 3, 3, 1, 2, 4, 5, 2].map((seq) => news[seq - 1]).filter((event) => event !== undefined)
  for (const event of swapped) await rig.publish(order, [event])
  await bothChannels(client, 5)
})

test('silence: what nobody tells is found by the comparison with Postgres', async () => {
  const { rig, customer } = await begin(50)
  const order = await rig.place(customer.accountId)
  const client = await following(rig, customer, order.id)
  rig.silent = true
  await rig.move(order, 'routing', 'building', 'submitted', 'confirmed')
  await bothChannels(client, 5)
})

test('Redis begins anew: what was lost with it is found, though no later news points at it', async () => {
  const { rig, customer } = await begin(HARDLY_EVER)
  const order = await rig.place(customer.accountId)
  const client = await following(rig, customer, order.id)
  const routing = await rig.move(order, 'routing')
  await bothChannels(client, 2)
  rig.silent = true
  const submitted = await rig.move(routing, 'building', 'submitted')
  await rig.wipeRedis()
  await bothChannels(client, 4)

  await rig.wipeRedis()
  rig.silent = false
  await rig.move(submitted, 'confirmed')
  await bothChannels(client, 5)
})

test('subscribers that come while events are appended see each event once and in order', async () => {
  const { rig, customer } = await begin(200)
  const clients: StreamClient[] = []
  const orders = await Promise.all(Array.from({ length: 10 }, () => rig.place(customer.accountId)))
  const moving = Promise.all(
    orders.map(async (order) => {
      let moved = order
      for (const status of [
        'routing',
        'building',
        'submitted',
        'routing',
        'building',
        'submitted',
        'confirmed',
      ] as const) {
        rig.silent = !rig.silent
        moved = await rig.move(moved, status)
        const client = await rig.connect(customer)
        client.send({ type: 'subscribe', channel: 'order', id: order.id })
        clients.push(client)
      }
    }),
  )
  const all = await rig.connect(customer)
  all.send({ type: 'subscribe', channel: 'orders', cursor: 0 })
  await moving
  await Promise.all(clients.map((client) => client.until((messages) => seqsIn(messages).includes(8))))
  for (const client of clients) expect(seqsIn(client.messages)).toEqual(numbers(0, 8))
  await all.until((messages) => eventsIn(messages).length === 80)
  expect(on(all, 'orders').map(({ cursor }) => cursor)).toEqual(numbers(0, 80))
})
