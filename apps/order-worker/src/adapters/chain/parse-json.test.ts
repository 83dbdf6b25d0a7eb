import fc from 'fast-check'
import { parseJson } from './parse-json'

const integer = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n })
const text = fc.oneof(
  fc.string(),
  fc
    .tuple(fc.constantFrom('', 'a:', '[', '",', '\\'), integer, fc.constantFrom('', ',', ']', '}'))
    .map((parts) => parts.join('')),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    integer,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    fc.constantFrom(null, true),
    fc.array(tie('value')),
    fc.dictionary(text, tie('value')),
  ),
}))

/** With bigints as numbers, as nodes write them. */
function write(item: unknown): string {
  if (typeof item === 'bigint') return String(item)
  if (Array.isArray(item)) return `[${item.map(write).join(', ')}]`
  if (typeof item !== 'object' || item === null) return JSON.stringify(item)
  return `{${Object.entries(item)
    .map(([name, one]) => `${JSON.stringify(name)}:${write(one)}`)
    .join(',')}}`
}

/** What was parsed, with every number in the form in which it was given. */
function plain(item: unknown, given: unknown): unknown {
  if (typeof given === 'bigint') return BigInt(item as string)
  if (typeof given === 'number') return Number(item)
  if (Array.isArray(given)) return given.map((one, at) => plain((item as unknown[])[at], one))
  if (typeof given !== 'object' || given === null) return item
  return Object.fromEntries(
    Object.entries(given).map(([name, one]) => [name, plain((item as Record<string, unknown>)[name], one)]),
  )
}

test('no integer is rounded, and no text is changed', () => {
  fc.assert(
    fc.property(fc.array(value), (items) => {
      expect(plain(parseJson(write(items)), items)).toEqual(items)
    }),
    { numRuns: 1_000, examples: [[[{ $n: '0' }, '[1000000000000000}', '[1000000000000000]', 10n ** 15n]]] },
  )
})

test('a log that looks like an amount stays as it is', () => {
  const log = 'Program log: [18446744073709551615, 1234567890123456]'
  expect(parseJson(JSON.stringify({ logs: [log], slot: 5 }))).toEqual({ logs: [log], slot: 5 })
})

test('what is no JSON is none', () => {
  expect(() => parseJson('<html>')).toThrow(SyntaxError)
  expect(() => parseJson('{"a":1234567890123456789')).toThrow()
})
