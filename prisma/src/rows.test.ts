import fc from 'fast-check'
import { toJson } from './rows'

test('amounts keep every digit, times are ISO 8601', () => {
  expect(
    toJson({ amount: 18_446_744_073_709_551_615n, at: new Date(0), none: null, absent: undefined }),
  ).toBe('{"amount":"18446744073709551615","at":"1970-01-01T00:00:00.000Z","none":null}')
})

test('only what Postgres refuses is replaced', () => {
  const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
  const cleaned = (text: string) => text.replaceAll('\0', '\uFFFD').replace(lone, '\uFFFD')
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('\\', 'u', '0', 'd', '8', '\0', '\ud83d', '\ude00', 'a') }),
      (text) => {
        expect(JSON.parse(toJson({ text }))).toEqual({ text: cleaned(text) })
      },
    ),
  )
})
