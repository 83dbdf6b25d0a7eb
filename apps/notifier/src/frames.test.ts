import { serverMessageSchema, type OrderNews } from '@fillstream/types'
import { errorFrame, eventFrame, statusFrame } from './frames'

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

test('an event has the shape of the contract on both channels, without the account', () => {
  const message = JSON.parse(eventFrame('order', news).toString())
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
  expect(JSON.parse(eventFrame('orders', news).toString())).toEqual({
    ...message,
    channel: 'orders',
    id: null,
  })
})

test('an event is encoded once per channel', () => {
  expect(eventFrame('order', news)).toBe(eventFrame('order', news))
})

test('the data of an event cannot pose as its status', () => {
  const posing = { ...news, data: { status: 'confirmed', phase: 'x' } }
  expect(JSON.parse(eventFrame('order', posing).toString()).data).toEqual({
    status: 'routing',
    phase: 'comparing quotes',
  })
  expect(JSON.parse(statusFrame(posing).toString()).status).toBe('routing')
})

test('an error says whether to try again', () => {
  expect(
    JSON.parse(errorFrame('NOT_FOUND', 'no such order', { channel: 'order', id: 'x' }).toString()),
  ).toEqual({
    type: 'error',
    code: 'NOT_FOUND',
    message: 'no such order',
    retryable: false,
    channel: 'order',
    id: 'x',
  })
})

test('a failed order says why in the short form', () => {
  const failed: OrderNews = {
    ...news,
    status: 'failed',
    data: { failure: { code: 'NO_ROUTE', message: 'no venue trades this pair', retryable: false } },
  }
  expect(JSON.parse(statusFrame(failed).toString())).toMatchObject({
    orderId: news.orderId,
    status: 'failed',
    seq: 2,
    error: 'no venue trades this pair',
    code: 'NO_ROUTE',
  })
})
