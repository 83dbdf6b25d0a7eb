import { credentialOf } from './authentication'

const of = (authorization: string | undefined, query = '') =>
  credentialOf({ headers: authorization === undefined ? {} : { authorization } }, new URLSearchParams(query))

test('the header is taken before the address', () => {
  expect(of('Bearer abc', 'token=t')).toEqual({ kind: 'secret', secret: 'abc' })
  expect(of('bearer   abc ')).toEqual({ kind: 'secret', secret: 'abc' })
})

test('a token of the address is a stream token, also an empty one', () => {
  expect(of(undefined, 'token=t')).toEqual({ kind: 'streamToken', token: 't' })
  expect(of(undefined, 'token=')).toEqual({ kind: 'streamToken', token: '' })
})

test('nothing shown is no credential; something unreadable is a wrong one', () => {
  expect(of(undefined)).toEqual({ kind: 'none' })
  for (const header of ['', 'Basic abc', 'Bearer', 'Bearer a b', 'abc'])
    expect(of(header).kind).toBe('malformed')
})
