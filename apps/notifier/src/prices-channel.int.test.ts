import { createPriceBoard, type PriceBoard } from '@fillstream/messaging'
import { findToken, type PriceEvent, type ServerMessage } from '@fillstream/types'
import { isA } from '../test-support/stream-client'
import { startRig, type Rig } from '../test-support/rig'

const mint = (symbol: string) => findToken(symbol)?.mint ?? ''
const [SOL, USDC] = [mint('SOL'), mint('USDC')]
const ID = `${SOL}-${USDC}`
const OWNER = 'publisher'

let rig: Rig
let board: PriceBoard
beforeAll(async () => {
  rig = await startRig()
  board = createPriceBoard(rig.redis, { prefix: rig.keyPrefix, genesisHash: 'genesis' })
}, 30_000)
afterAll(() => rig.close())

function price(slot: number, inputMint = SOL, outputMint = USDC): PriceEvent {
  const exactIn = [{ size: '1000000000', amount: String(150_000_000 + slot) }]
  return { inputMint, outputMint, slot, at: '2026-01-15T12:00:00.000Z', exactIn, exactOut: [] }
}

async function publish(slot: number): Promise<void> {
  const pair = { mintA: USDC, mintB: SOL }
  await board.hold(OWNER, [pair], 10_000)
  const events = [price(slot), price(slot, USDC, SOL)]
  expect(await board.publish(OWNER, [{ pair, slot, events }])).toEqual([true])
}

const isPrice = (message: ServerMessage) => isA('event')(message) && message.channel === 'prices'

test('the last price, then every new one of the pair', async () => {
  const client = await rig.connect(await rig.newCustomer())
  client.send({ type: 'subscribe', channel: 'prices', id: ID })
  expect(await client.first(isA('subscribed'))).toMatchObject({
    channel: 'prices',
    id: ID,
    snapshot: { price: null },
  })
  for (const slot of [1, 2]) await publish(slot)
  const messages = await client.until((all) => all.filter(isPrice).length === 2)
  expect(messages.filter(isPrice)).toEqual(
    [1, 2].map((slot) => ({
      type: 'event',
      channel: 'prices',
      id: ID,
      at: price(slot).at,
      data: price(slot),
    })),
  )
  const late = await rig.connect(await rig.newCustomer())
  late.send({ type: 'subscribe', channel: 'prices', id: ID })
  expect(await late.first(isA('subscribed'))).toMatchObject({ snapshot: { price: price(2) } })
  client.send({ type: 'unsubscribe', channel: 'prices', id: ID })
  await client.first(isA('unsubscribed'))
  await publish(3)
  await late.first(isPrice)
  expect(client.messages.filter(isPrice)).toHaveLength(2)
  await Promise.all([client.close(), late.close()])
})

test('an id that is no pair is refused', async () => {
  const client = await rig.connect(await rig.newCustomer())
  client.send({ type: 'subscribe', channel: 'prices', id: 'SOL/USDC' })
  expect(await client.first(isA('error'))).toMatchObject({ code: 'VALIDATION_FAILED' })
  expect(await client.closed).toMatchObject({ code: 4400 })
})
