import { randomUUID } from 'node:crypto'
import { WebSocket, type ClientOptions } from 'ws'
import { startRig, type Customer, type Rig } from '../test-support/rig'
import { TestClient } from '../test-support/stream-client'

jest.setTimeout(60_000)

type Message = Readonly<Record<string, unknown>>

let rig: Rig
let demo: Rig
let customer: Customer
let demoCustomer: Customer

beforeAll(async () => {
  rig = await startRig()
  customer = await rig.newCustomer()
  demo = await startRig({ settings: { DEMO_MODE: true } })
  demoCustomer = await demo.newCustomer()
})
afterAll(() => Promise.all([rig.close(), demo.close()]))

function open(of: Rig, query: string, options: ClientOptions = {}): TestClient<Message> {
  return new TestClient(new WebSocket(of.at(`/ws${query}`), options), (value) => value as Message)
}

const statuses = (client: TestClient<Message>) => client.messages.map(({ status }) => status)
const USUAL = ['pending', 'routing', 'building', 'submitted', 'confirmed']
const TX_HASH = '4'.repeat(88)

test('every status from the first to confirmed with its transaction, then 1000', async () => {
  const order = await demo.place(demoCustomer.accountId)
  const client = open(demo, `?orderId=${order.id}`)
  await client.until((all) => all.length === 1)
  const submitted = await demo.move(order, 'routing', 'building', 'submitted')
  const data = {
    txHash: TX_HASH,
    inputUsed: '7500000000',
    outputAmount: '50000000000',
    executedPrice: '0.00666',
  }
  await demo.append(submitted, 'confirmed', { data })
  expect(await client.closed).toMatchObject({ code: 1000 })
  expect(statuses(client)).toEqual(USUAL)
  expect(client.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  expect(client.messages.at(-1)).toMatchObject({
    orderId: order.id,
    status: 'confirmed',
    at: expect.any(String),
    ...data,
  })
})

test('one that connects after the end hears the same', async () => {
  const order = await rig.move(
    await rig.place(customer.accountId),
    'routing',
    'building',
    'submitted',
    'confirmed',
  )
  await rig.wipeRedis()
  const client = open(rig, `?orderId=${order.id}`, { headers: customer.headers })
  expect(await client.closed).toMatchObject({ code: 1000 })
  expect(statuses(client)).toEqual(USUAL)
})

test('a failure says why', async () => {
  const order = await rig.move(await rig.place(customer.accountId), 'routing')
  const failure = { code: 'NO_ROUTE' as const, message: 'no venue trades this pair', retryable: false }
  const client = open(rig, `?orderId=${order.id}`, { headers: customer.headers })
  await rig.append(order, 'failed', { data: { failure }, changes: { failure } })
  expect(await client.closed).toMatchObject({ code: 1000 })
  expect(client.messages.at(-1)).toMatchObject({ status: 'failed', error: failure.message, code: 'NO_ROUTE' })
})

test('a cancelled order ends the stream too', async () => {
  const order = await rig.move(await rig.place(customer.accountId), 'cancelled')
  const client = open(rig, `?orderId=${order.id}`, { headers: customer.headers })
  expect(await client.closed).toMatchObject({ code: 1000 })
  expect(statuses(client)).toEqual(['pending', 'cancelled'])
})

test('a stream token in the address and an auth message let in as well', async () => {
  const order = await rig.move(await rig.place(customer.accountId), 'failed')
  await rig.tokens.keep('status-token', { accountId: customer.accountId }, 60)
  const client = open(rig, `?orderId=${order.id}&token=status-token`)
  expect(await client.closed).toMatchObject({ code: 1000 })
  const late = open(rig, `?orderId=${order.id}`)
  late.socket.once('open', () => late.send({ type: 'auth', token: customer.apiKey }))
  expect(await late.closed).toMatchObject({ code: 1000 })
  expect(statuses(late)).toEqual(['pending', 'failed'])
})

test("an unknown order, another account's and none at all: an error, then 4400", async () => {
  const theirs = await rig.place((await rig.newCustomer()).accountId)
  for (const query of [`?orderId=${randomUUID()}`, `?orderId=${theirs.id}`, '?orderId=nonsense']) {
    const client = open(rig, query, { headers: customer.headers })
    expect(await client.closed).toMatchObject({ code: 4400 })
    expect(client.messages).toEqual([{ error: 'there is no such order', code: 'NOT_FOUND' }])
  }
  const client = open(rig, '', { headers: customer.headers })
  expect(await client.closed).toMatchObject({ code: 4400 })
  expect(client.messages).toMatchObject([{ code: 'VALIDATION_FAILED' }])
})

test('a wrong credential is refused with 4401, with and without demo mode', async () => {
  const order = await demo.place(demoCustomer.accountId)
  for (const each of [rig, demo]) {
    const options = { headers: { authorization: 'Bearer wrong-wrong-wrong-wrong' } }
    const client = open(each, `?orderId=${order.id}`, options)
    expect(await client.closed).toMatchObject({ code: 4401 })
    expect(client.messages).toMatchObject([{ code: 'UNAUTHENTICATED' }])
  }
})
