import { randomUUID } from 'node:crypto'
import { startRig, type Customer, type Rig } from '../test-support/rig'
import { isA, openStream, type StreamClient } from '../test-support/stream-client'

jest.setTimeout(60_000)

let rig: Rig
let demo: Rig
let customer: Customer
/** The oldest account of the demo's database. */
let demoCustomer: Customer

beforeAll(async () => {
  rig = await startRig({ settings: { STREAM_AUTH_TIMEOUT_MS: 300, STREAM_MAX_CONNECTIONS_PER_ACCOUNT: 3 } })
  customer = await rig.newCustomer()
  demo = await startRig({ settings: { DEMO_MODE: true } })
  demoCustomer = await demo.newCustomer()
})
afterAll(() => Promise.all([rig.close(), demo.close()]))

/** Proves that the stream is the account's: it follows one of its orders. */
async function follows(of: Rig, client: StreamClient, accountId: string): Promise<void> {
  const order = await of.place(accountId)
  client.send({ type: 'subscribe', channel: 'order', id: order.id })
  expect(
    await client.first((message) => message.type === 'subscribed' || message.type === 'error'),
  ).toMatchObject({
    type: 'subscribed',
    id: order.id,
  })
}

test('an API key in the header', async () => {
  const client = openStream(rig.at('/v1/stream'), { headers: customer.headers })
  expect(await client.first(isA('connected'))).toMatchObject({ heartbeatMs: 30_000 })
  await follows(rig, client, customer.accountId)
  await client.close()
})

test('a stream token in the address', async () => {
  await rig.tokens.keep('a-token', { accountId: customer.accountId }, 60)
  const client = openStream(rig.at('/v1/stream?token=a-token'))
  await client.first(isA('connected'))
  await follows(rig, client, customer.accountId)
  await client.close()
})

test('an auth message, with a key or a token, and a subscribe right behind it', async () => {
  await rig.tokens.keep('another-token', { accountId: customer.accountId }, 60)
  const order = await rig.place(customer.accountId)
  for (const token of [customer.apiKey, 'another-token']) {
    const client = openStream(rig.at('/v1/stream'))
    await client.first(isA('connected'))
    client.send({ type: 'auth', token })
    client.send({ type: 'subscribe', channel: 'order', id: order.id })
    await client.first(isA('subscribed'))
    await client.close()
  }
})

test.each([
  ['an unknown key', () => ({ headers: { authorization: `Bearer ${'x'.repeat(40)}` } }), ''],
  ['a header of another form', () => ({ headers: { authorization: 'Basic abc' } }), ''],
  ['an unknown token', () => ({}), '?token=unknown'],
  ['an empty token', () => ({}), '?token='],
  ['an API key in the address', () => ({}), 'key'],
])('%s is refused with 4401, with and without demo mode', async (_name, options, query) => {
  for (const [each, { apiKey }] of [[rig, customer] as const, [demo, demoCustomer] as const]) {
    const suffix = query === 'key' ? `?token=${encodeURIComponent(apiKey)}` : query
    const client = openStream(each.at(`/v1/stream${suffix}`), options())
    expect(await client.closed).toMatchObject({ code: 4401 })
    expect(client.messages).toMatchObject([{ type: 'error', code: 'UNAUTHENTICATED', retryable: false }])
  }
})

test('a wrong auth message is refused with 4401, with and without demo mode', async () => {
  for (const each of [rig, demo]) {
    const client = openStream(each.at('/v1/stream'))
    await client.first(isA('connected'))
    client.send({ type: 'auth', token: 'wrong-wrong-wrong-wrong' })
    expect(await client.closed).toMatchObject({ code: 4401 })
  }
})

test('a revoked key is refused', async () => {
  const revoked = await rig.newCustomer()
  await rig.store.apiKeys.revoke(revoked.apiKey.slice('fs_'.length, 'fs_'.length + 16))
  const client = openStream(rig.at('/v1/stream'), { headers: revoked.headers })
  expect(await client.closed).toMatchObject({ code: 4401 })
})

test('no credential in time: 4401', async () => {
  const client = openStream(rig.at('/v1/stream'))
  expect(await client.closed).toMatchObject({ code: 4401 })
})

test('a subscribe before any credential: 4401', async () => {
  const client = openStream(rig.at('/v1/stream'))
  await client.first(isA('connected'))
  client.send({ type: 'subscribe', channel: 'order', id: randomUUID() })
  expect(await client.closed).toMatchObject({ code: 4401 })
})

test('demo mode: without a credential the oldest account, with one its own', async () => {
  const other = await demo.newCustomer()
  const client = openStream(demo.at('/v1/stream'))
  await client.first(isA('connected'))
  await follows(demo, client, demoCustomer.accountId)
  const own = openStream(demo.at('/v1/stream'))
  await own.first(isA('connected'))
  own.send({ type: 'auth', token: other.apiKey })
  await follows(demo, own, other.accountId)
  await Promise.all([client.close(), own.close()])
})

test('a connection stays with its account', async () => {
  const other = await rig.newCustomer()
  const client = await rig.connect(customer)
  client.send({ type: 'auth', token: customer.apiKey })
  await follows(rig, client, customer.accountId)
  client.send({ type: 'auth', token: other.apiKey })
  expect(await client.closed).toMatchObject({ code: 4400 })
})

test('connections of one account are bounded, whichever way it authenticates, and one that ends makes room', async () => {
  const crowd = await rig.newCustomer()
  const [first] = [await rig.connect(crowd), await rig.connect(crowd), await rig.connect(crowd)]
  const refused = openStream(rig.at('/v1/stream'), { headers: crowd.headers })
  expect(await refused.closed).toMatchObject({ code: 4429 })
  expect(refused.messages).toMatchObject([{ type: 'error', code: 'RATE_LIMITED', retryable: true }])
  const late = openStream(rig.at('/v1/stream'))
  await late.first(isA('connected'))
  late.send({ type: 'auth', token: crowd.apiKey })
  expect(await late.closed).toMatchObject({ code: 4429 })
  await first?.close()
  const admitted = await rig.connect(crowd)
  await follows(rig, admitted, crowd.accountId)
})
