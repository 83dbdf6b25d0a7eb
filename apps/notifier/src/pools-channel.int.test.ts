import { createLaunchPublisher } from '@fillstream/messaging'
import { WRAPPED_SOL_MINT, type LaunchEvent, type ServerMessage } from '@fillstream/types'
import { startRig, type Rig } from '../test-support/rig'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.close())

const launchOf = (pool: string): LaunchEvent => ({
  pool: pool.padEnd(32, '1'),
  venue: 'orca-sim',
  mint: WRAPPED_SOL_MINT,
  decimals: 6,
  quoteMint: WRAPPED_SOL_MINT,
  openSlot: 100,
  openTime: null,
  quoteReserve: '5',
  slot: 90,
  creator: WRAPPED_SOL_MINT,
})
const publish = (launch: LaunchEvent) => createLaunchPublisher(rig.redis, rig.keyPrefix)(launch)
const isLaunch = (pool: string) => (message: ServerMessage) =>
  message.type === 'event' && message.channel === 'pools' && message.data.pool === launchOf(pool).pool

test('tells what was launched, then every launch once', async () => {
  const customer = await rig.newCustomer()
  await publish(launchOf('Before'))
  const first = await rig.connect(customer)
  first.send({ type: 'subscribe', channel: 'pools' })
  await first.first((message) => message.type === 'subscribed' || isLaunch('Before')(message))

  const second = await rig.connect(customer)
  second.send({ type: 'subscribe', channel: 'pools', id: 'whatever' })
  const subscribed = await second.first((message) => message.type === 'subscribed')
  expect(subscribed).toMatchObject({ channel: 'pools', id: null })

  expect(await publish(launchOf('After'))).toBe(true)
  expect(await publish(launchOf('After'))).toBe(false)
  await publish(launchOf('Last'))
  for (const client of [first, second]) {
    await client.first(isLaunch('Last'))
    expect(client.messages.filter(isLaunch('After'))).toHaveLength(1)
  }
  expect(second.messages.find(isLaunch('After'))).toMatchObject({
    type: 'event',
    channel: 'pools',
    id: null,
    data: launchOf('After'),
  })

  const third = await rig.connect(customer)
  third.send({ type: 'subscribe', channel: 'pools' })
  const snapshot = await third.first((message) => message.type === 'subscribed')
  expect(snapshot).toMatchObject({
    snapshot: { launches: [launchOf('Before'), launchOf('After'), launchOf('Last')] },
  })
})

test('tells nothing more after unsubscribe', async () => {
  const client = await rig.connect(await rig.newCustomer())
  client.send({ type: 'subscribe', channel: 'pools' })
  client.send({ type: 'unsubscribe', channel: 'pools' })
  await client.first((message) => message.type === 'unsubscribed')
  const other = await rig.connect(await rig.newCustomer())
  other.send({ type: 'subscribe', channel: 'pools' })
  await other.first((message) => message.type === 'subscribed')
  await publish(launchOf('Unheard'))
  await other.first(isLaunch('Unheard'))
  client.send({ type: 'ping' })
  await client.first((message) => message.type === 'pong')
  expect(client.messages.filter(isLaunch('Unheard'))).toEqual([])
})
