import { type Order } from '@fillstream/store'
import { eventually } from '../../../tests/support/store'
import { startRig, type Customer, type Rig } from '../test-support/rig'
import { isA, openStream, refusedHandshake } from '../test-support/stream-client'

jest.setTimeout(60_000)

let rig: Rig
let customer: Customer
let order: Order

beforeAll(async () => {
  rig = await startRig({
    settings: {
      STREAM_MAX_SUBSCRIPTIONS: 2,
      STREAM_MESSAGE_BURST: 50,
      STREAM_MESSAGES_PER_SECOND: 1,
      STREAM_HEARTBEAT_MS: 100,
      STREAM_PONG_TIMEOUT_MS: 2_000,
      ALLOWED_ORIGINS: ['https://app.example'],
    },
  })
  customer = await rig.newCustomer()
  order = await rig.place(customer.accountId)
})
afterAll(() => rig.close())

test.each([
  ['nonsense', 'nonsense', 'MALFORMED_JSON'],
  ['an unknown type', '{"type":"order"}', 'VALIDATION_FAILED'],
  ['an unknown channel', '{"type":"subscribe","channel":"weather"}', 'VALIDATION_FAILED'],
  ['an order without id', '{"type":"subscribe","channel":"order"}', 'VALIDATION_FAILED'],
  ['a binary frame', Buffer.from('{"type":"ping"}'), 'VALIDATION_FAILED'],
])('%s is answered with an error and 4400', async (_name, frame, code) => {
  const client = await rig.connect(customer)
  client.socket.send(frame)
  expect(await client.closed).toMatchObject({ code: 4400 })
  expect(client.messages.at(-1)).toMatchObject({ type: 'error', code, retryable: false })
})

test('a message of more than 16 KiB ends the connection with 1009, one of less does not', async () => {
  const client = await rig.connect(customer)
  client.socket.send(`{"type":"ping"}${' '.repeat(16_384 - 15)}`)
  await client.first(isA('pong'))
  client.socket.send(`{"type":"ping"}${' '.repeat(16_384 - 14)}`)
  expect(await client.closed).toMatchObject({ code: 1009 })
})

test('one subscription too many is refused with a code; the others go on, and one less makes room', async () => {
  const orders = [order, await rig.place(customer.accountId), await rig.place(customer.accountId)]
  const client = await rig.connect(customer)
  for (const { id } of orders) client.send({ type: 'subscribe', channel: 'order', id })
  const third = orders[2]?.id
  expect(await client.first(isA('error'))).toMatchObject({ code: 'RATE_LIMITED', retryable: true, id: third })
  await client.until((all) => all.filter(isA('replayComplete')).length === 2)
  client.send({ type: 'unsubscribe', channel: 'order', id: order.id })
  client.send({ type: 'subscribe', channel: 'order', id: third as string })
  await client.until((all) => all.filter(isA('replayComplete')).length === 3)
  await client.close()
})

test('an order that has ended does not count as a subscription', async () => {
  const client = await rig.connect(customer)
  for (const _ of [1, 2, 3]) {
    const ended = await rig.move(await rig.place(customer.accountId), 'failed')
    client.send({ type: 'subscribe', channel: 'order', id: ended.id })
    await client.until((all) => all.some((m) => m.type === 'replayComplete' && m.id === ended.id))
  }
  expect(client.messages.filter(isA('error'))).toEqual([])
  await client.close()
})

test('a flood of messages is cut with a code', async () => {
  const client = await rig.connect(customer)
  for (let i = 0; i < 200; i++) client.send({ type: 'ping', nonce: i })
  expect(await client.closed).toMatchObject({ code: 4429 })
  expect(client.messages.at(-1)).toMatchObject({ type: 'error', code: 'RATE_LIMITED' })
})

test('pings of the client are answered with their nonce', async () => {
  const client = await rig.connect(customer)
  client.send({ type: 'ping', nonce: 'a' })
  client.send({ type: 'ping' })
  await client.until((all) => all.filter(isA('pong')).length === 2)
  expect(client.messages.filter(isA('pong'))).toEqual([{ type: 'pong', nonce: 'a' }, { type: 'pong' }])
  await client.close()
})

test('the server pings; who answers stays, who does not is dropped', async () => {
  const [lively, dead] = [
    openStream(rig.at('/v1/stream'), { headers: customer.headers }),
    openStream(rig.at('/v1/stream'), { headers: customer.headers, autoPong: false }),
  ]
  const pinged = new Promise((resolve) => lively.socket.once('ping', resolve))
  expect(await dead.closed).toMatchObject({ code: 1006 })
  await pinged
  lively.send({ type: 'ping' })
  await lively.first(isA('pong'))
  await lively.close()
})

test('a foreign Origin is refused at the handshake, none, an own and a listed one are not', async () => {
  const stream = rig.at('/v1/stream')
  for (const path of ['/v1/stream', '/ws']) {
    for (const origin of ['https://evil.example', 'null']) {
      expect(await refusedHandshake(rig.at(path), { headers: { ...customer.headers, origin } })).toBe(403)
    }
  }
  for (const origin of [rig.notifier.url, 'http://localhost:3000', 'https://app.example']) {
    const client = openStream(stream, { headers: { ...customer.headers, origin } })
    await client.first(isA('connected'))
    await client.close()
  }
})

test('there are streams at two addresses only', async () => {
  for (const path of ['/', '/v1', '/v1/stream/', '/v2/stream', '/constructor', '//', '/%', '/?']) {
    expect(await refusedHandshake(rig.at(path), { headers: customer.headers })).toBe(404)
  }
})

test('a connection too many for the process is refused with 503; health checks are answered, and one less makes room', async () => {
  const small = await startRig({ settings: { STREAM_MAX_CONNECTIONS: 1 } })
  try {
    const { headers } = await small.newCustomer()
    const first = openStream(small.at('/v1/stream'), { headers })
    await first.first(isA('connected'))
    expect(await refusedHandshake(small.at('/v1/stream'), { headers })).toBe(503)
    expect((await fetch(`${small.notifier.url}/healthz`)).status).toBe(200)
    await first.close()
    await eventually(async () => {
      const next = openStream(small.at('/v1/stream'), { headers })
      await next.first(isA('connected'))
      await next.close()
    })
  } finally {
    await small.close()
  }
})
