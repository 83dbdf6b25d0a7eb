import { parseClientMessage, whereOf } from './client-message'

const parse = (value: unknown) => parseClientMessage(Buffer.from(JSON.stringify(value)), false)

test.each([
  [{ type: 'auth', token: 'abc' }],
  [{ type: 'subscribe', channel: 'order', id: 'x', afterSeq: 0 }],
  [{ type: 'subscribe', channel: 'orders', cursor: 12 }],
  [{ type: 'unsubscribe', channel: 'orders' }],
  [{ type: 'subscribe', channel: 'orders', id: null }],
  [{ type: 'ping' }],
  [{ type: 'ping', nonce: 7 }],
])('%j is a message', (message) => {
  expect(parse(message)).toEqual({ ok: true, message })
})

test.each([
  ['an unknown type', { type: 'order' }],
  ['an unknown channel', { type: 'subscribe', channel: 'weather' }],
  ['an unknown member', { type: 'ping', extra: 1 }],
  ['a negative position', { type: 'subscribe', channel: 'order', id: 'x', afterSeq: -1 }],
  ['a position that is no whole number', { type: 'subscribe', channel: 'orders', cursor: 1.5 }],
  ['an order without id', { type: 'subscribe', channel: 'order' }],
  ['no object', [1]],
  ['null', null],
])('%s is refused', (_name, message) => {
  expect(parse(message)).toMatchObject({ ok: false, code: 'VALIDATION_FAILED' })
})

test('what is not JSON, or not text, is refused', () => {
  expect(parseClientMessage(Buffer.from('{'), false)).toMatchObject({ ok: false, code: 'MALFORMED_JSON' })
  expect(parseClientMessage(Buffer.from('{"type":"ping"}'), true)).toMatchObject({ ok: false })
})

test('an order is known by its id in lower case, all orders by none', () => {
  expect(whereOf({ type: 'subscribe', channel: 'order', id: 'ABC' })).toEqual({ channel: 'order', id: 'abc' })
  expect(whereOf({ type: 'subscribe', channel: 'orders', id: 'ABC' })).toEqual({
    channel: 'orders',
    id: null,
  })
})
