import { once } from 'node:events'
import { type Writable } from 'node:stream'
import { serverMessageSchema, type OrderNews } from '@fillstream/types'
import * as library from 'ws'
import { errorFrame, eventFrame, statusFrame, textFrame, type Frame } from './frames'

/** The library's reader of frames, which its types leave out; strict as a server's client is: nothing may be masked. */
const { Receiver } = library as unknown as { Receiver: new (options: { isServer: boolean }) => Writable }

/** The text that a client is told who is sent the frame. */
async function textOf(frame: Frame): Promise<string> {
  const receiver = new Receiver({ isServer: false })
  const heard = once(receiver, 'message')
  receiver.write(frame)
  const [data, isBinary] = (await heard) as [Buffer, boolean]
  expect(isBinary).toBe(false)
  return data.toString()
}

const messageOf = async (frame: Frame) => JSON.parse(await textOf(frame)) as Record<string, unknown>

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000])(
  'a text of %d bytes is one frame of the protocol',
  async (bytes) => {
    expect(await textOf(textFrame('x'.repeat(bytes)))).toBe('x'.repeat(bytes))
  },
)

test('a text is as long as its bytes are, not its characters', async () => {
  const text = 'é€😀'.repeat(20)
  expect(await textOf(textFrame(text))).toBe(text)
})

const news: OrderNews = {
  orderId: '01933b5e-0000-7000-8000-000000000001',
  accountId: '01933b5e-0000-7000-8000-0000000000aa',
  seq: 2,
  cursor: 7,
  status: 'routing',
  phase: 'comparing quotes',
  at: '2026-01-01T00:00:00.000Z',
  data: { attempt: 1, future: 'kept' },
}

test('an event has the shape of the contract on both channels, without the account', async () => {
  const message = await messageOf(eventFrame('order', news))
  expect(serverMessageSchema.parse(message)).toEqual(message)
  expect(message).toEqual({
    type: 'event',
    channel: 'order',
    id: news.orderId,
    orderId: news.orderId,
    seq: 2,
    cursor: 7,
    at: news.at,
    data: { status: 'routing', phase: 'comparing quotes', attempt: 1, future: 'kept' },
  })
  expect(await messageOf(eventFrame('orders', news))).toEqual({
    ...message,
    channel: 'orders',
    id: null,
  })
})

test('an event is encoded once per channel', () => {
  expect(eventFrame('order', news)).toBe(eventFrame('order', news))
})

test('the data of an event cannot pose as its status', async () => {
  const posing = { ...news, data: { status: 'confirmed', phase: 'x' } }
  expect((await messageOf(eventFrame('order', posing)))['data']).toEqual({
    status: 'routing',
    phase: 'comparing quotes',
  })
  expect((await messageOf(statusFrame(posing)))['status']).toBe('routing')
})

test('an error says whether to try again', async () => {
  expect(await messageOf(errorFrame('NOT_FOUND', 'no such order', { channel: 'order', id: 'x' }))).toEqual({
    type: 'error',
    code: 'NOT_FOUND',
    message: 'no such order',
    retryable: false,
    channel: 'order',
    id: 'x',
  })
})

test('a failed order says why in the short form', async () => {
  const failed: OrderNews = {
    ...news,
    status: 'failed',
    data: { failure: { code: 'NO_ROUTE', message: 'no venue trades this pair', retryable: false } },
  }
  expect(await messageOf(statusFrame(failed))).toMatchObject({
    orderId: news.orderId,
    status: 'failed',
    seq: 2,
    error: 'no venue trades this pair',
    code: 'NO_ROUTE',
  })
})
