import { readNews } from './news-entry'

const NEWS = {
  orderId: '0190c8a0-0000-7000-8000-000000000001',
  accountId: '0190c8a0-0000-7000-8000-000000000002',
  seq: 1,
  cursor: 7,
  status: 'pending',
  phase: null,
  at: '2026-01-01T00:00:00.000Z',
  data: { any: 'thing' },
}
const entry = (value: unknown) => ['e', JSON.stringify(value)]

test('an event is read as it was told, whatever its data holds', () => {
  expect(readNews(entry(NEWS))).toEqual(NEWS)
  expect(readNews(['other', 'field', ...entry({ ...NEWS, phase: 'waiting' })])).toMatchObject({
    phase: 'waiting',
  })
})

test.each<readonly [string, string[]]>([
  ['no such field', ['f', '{}']],
  ['a field without a value', ['e']],
  ['no JSON', ['e', '{']],
  ['no object', entry(null)],
  ...Object.keys(NEWS).map((name) => [`no ${name}`, entry({ ...NEWS, [name]: undefined })] as const),
  ['an unknown status', entry({ ...NEWS, status: 'lost' })],
  ['a seq of 0', entry({ ...NEWS, seq: 0 })],
  ['a seq that is no number', entry({ ...NEWS, seq: '1' })],
  ['a cursor with a fraction', entry({ ...NEWS, cursor: 1.5 })],
])('%s is not an event', (_name, fields) => {
  expect(readNews(fields)).toBeNull()
})
