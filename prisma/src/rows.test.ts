import fc from 'fast-check'
import { toJson } from './rows'

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
