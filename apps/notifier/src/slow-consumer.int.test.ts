import { startRig, type Customer, type Rig } from '../test-support/rig'
import { eventsIn, isA, numbers, seqsIn } from '../test-support/stream-client'

jest.setTimeout(60_000)

let rig: Rig
let customer: Customer

/** An event of this size fills the buffers between server and client soon. */
const padding = 'x'.repeat(100_000)

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.newCustomer()
})
afterAll(() => rig.close())

test('who does not read is cut with 4429, and can resume', async () => {
  const order = await rig.place(customer.accountId)
  const slow = await rig.connect(customer)
  slow.send({ type: 'subscribe', channel: 'order', id: order.id })
  await slow.first(isA('replayComplete'))
  const witness = await rig.connect(customer)
  witness.send({ type: 'subscribe', channel: 'order', id: order.id })
  await witness.first(isA('replayComplete'))

  slow.socket.pause()
  const [[first] = []] = await rig.store.events.newsOfOrders([{ orderId: order.id, afterSeq: 0 }], 1)
  if (!first) throw new Error('the order has no event')
  for (let seq = 2; seq <= 200; seq++) {
    await rig.publish(order, [{ ...first, seq, cursor: first.cursor + seq, data: { padding } }])
  }
  await witness.until((all) => seqsIn(all).includes(200))
  slow.socket.resume()
  expect(await slow.closed).toMatchObject({ code: 4429 })
  const seqs = seqsIn(slow.messages)
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => i + 1))
  expect(seqs.length).toBeLessThan(200)
  await witness.close()
})

test('who reads slowly is not cut by a replay, however long: it waits for the reader', async () => {
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      let order = await rig.place(customer.accountId)
      for (const status of ['routing', 'building', 'submitted', 'confirmed'] as const)
        order = await rig.append(order, status, { data: { padding } })
    }),
  )
  const last = await rig.store.accounts.cursor(customer.accountId)
  const [slow, witness] = [await rig.connect(customer), await rig.connect(customer)]
  slow.send({ type: 'subscribe', channel: 'orders', cursor: 0 })
  await slow.first(isA('subscribed'))
  slow.socket.pause()
  witness.send({ type: 'subscribe', channel: 'orders', cursor: 0 })
  await witness.first(isA('replayComplete'))
  slow.socket.resume()
  await slow.first(isA('replayComplete'))
  expect(eventsIn(slow.messages).map(({ cursor }) => cursor)).toEqual(numbers(0, last))
  await Promise.all([slow.close(), witness.close()])
})
