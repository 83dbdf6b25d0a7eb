import { createNewestPrice } from './newest-price'

function client() {
  const sent: string[] = []
  let room: () => void = () => undefined
  let full = false
  const prices = createNewestPrice(
    {
      send: (frame) => sent.push(String(frame)),
      full: () => full,
      room: () => new Promise((resolve) => (room = resolve)),
    },
    () => undefined,
  )
  return {
    sent,
    prices,
    offer: (...slots: number[]) => {
      for (const slot of slots) prices.offer({ slot, frame: Buffer.from(String(slot)) })
    },
    fill: () => (full = true),
    async read() {
      full = false
      room()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('sends nothing before the snapshot, and then what is newer', () => {
  const { sent, prices, offer } = client()
  offer(4, 5)
  expect(sent).toEqual([])
  prices.start(4)
  offer(6)
  expect(sent).toEqual(['5', '6'])
})

test('what the snapshot has already is not sent again', () => {
  const { sent, prices, offer } = client()
  offer(4)
  prices.start(4)
  expect(sent).toEqual([])
})

test('a client that reads slowly skips to the newest', async () => {
  const { sent, prices, offer, fill, read } = client()
  prices.start(0)
  offer(1)
  fill()
  offer(2, 3, 4)
  expect(sent).toEqual(['1'])
  await read()
  offer(5)
  expect(sent).toEqual(['1', '4', '5'])
})

test('one that has left is sent no more', async () => {
  const { sent, prices, offer, fill, read } = client()
  prices.start(0)
  fill()
  offer(1)
  prices.stop()
  await read()
  expect(sent).toEqual([])
})
