import { isOriginAllowed } from './origin'

const host = '127.0.0.1:3001'

test.each([
  ['no origin: not a browser', undefined, true],
  ['the same host', 'http://127.0.0.1:3001', true],
  ['the same host, another port', 'http://127.0.0.1:3000', true],
  ['another name of the loopback', 'http://localhost:3000', true],
  ['a foreign host', 'https://evil.example', false],
  ['a host that begins alike', 'http://127.0.0.1.evil.example', false],
  ['a page without an origin', 'null', false],
  ['another scheme', 'file://127.0.0.1', false],
  ['nonsense', '::', false],
  ['one that is listed', 'https://app.example', true],
  ['one whose host alone is listed', 'http://app.example', false],
])('%s', (_name, origin, expected) => {
  expect(isOriginAllowed(origin, host, ['https://app.example'])).toBe(expected)
})

test('a public host allows its own pages, not those of the loopback', () => {
  expect(isOriginAllowed('https://trade.example', 'trade.example', [])).toBe(true)
  expect(isOriginAllowed('http://localhost:3000', 'trade.example', [])).toBe(false)
  expect(isOriginAllowed('https://trade.example', undefined, [])).toBe(false)
})
