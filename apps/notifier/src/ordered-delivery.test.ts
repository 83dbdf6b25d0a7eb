import fc from 'fast-check'
import { createOrderedDelivery, type OrderedDelivery } from './ordered-delivery'

type Step =
  | { readonly kind: 'append' }
  | { readonly kind: 'news'; readonly n: number }
  | { readonly kind: 'page'; readonly size: number }
  | { readonly kind: 'stalePage'; readonly from: number; readonly size: number }
  | { readonly kind: 'check' }
  | { readonly kind: 'endReplay' }

/** News of one event may come any number of times (or never), in any order; a page may be short, or read long ago. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'append' } as const) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('news' as const), n: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('page' as const), size: fc.integer({ min: 0, max: 8 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('stalePage' as const),
      from: fc.integer({ min: 0, max: 40 }),
      size: fc.integer({ min: 0, max: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'check' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'endReplay' } as const) },
)

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i + 1)
const pageOf = (from: number, to: number) => range(from, to).map((n) => ({ n, item: n }))

/** Reads on until nothing is missing, as the notifier does at the end of an outage. */
function readToTheEnd(delivery: OrderedDelivery<number>, last: number, sent: number[]): void {
  delivery.heardOf(last)
  if (delivery.replaying) {
    sent.push(...delivery.page(pageOf(delivery.position, last)), ...delivery.endReplay())
    return
  }
  while (delivery.behind())
    sent.push(...delivery.page(pageOf(delivery.position, Math.min(last, delivery.position + 3))))
}

test('any interleaving of live, lost, swapped and repeated news with pages gives exactly after+1..n', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: 1, max: 12 }),
      fc.array(step, { maxLength: 150 }),
      (already, after, capacity, steps) => {
        let last = Math.max(already, after)
        const delivery = createOrderedDelivery<number>(after, capacity)
        const sent: number[] = []
        for (const action of steps) {
          if (action.kind === 'append') last++
          else if (action.kind === 'news') {
            if (action.n <= last) sent.push(...delivery.offer(action.n, action.n))
          } else if (action.kind === 'page') {
            sent.push(
              ...delivery.page(pageOf(delivery.position, Math.min(last, delivery.position + action.size))),
            )
          } else if (action.kind === 'stalePage') {
            sent.push(...delivery.page(pageOf(action.from, Math.min(last, action.from + action.size))))
          } else if (action.kind === 'check') delivery.heardOf(last)
          else sent.push(...delivery.endReplay())
          expect(sent).toEqual(range(after, delivery.position))
        }
        readToTheEnd(delivery, last, sent)
        expect(sent).toEqual(range(after, last))
        expect(delivery.behind()).toBe(false)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('live items wait for the end of the replay, and follow it', () => {
  const delivery = createOrderedDelivery<string>(0, 10)
  expect(delivery.offer(3, 'c')).toEqual([])
  expect(
    delivery.page([
      { n: 1, item: 'a' },
      { n: 2, item: 'b' },
    ]),
  ).toEqual(['a', 'b'])
  expect(delivery.offer(4, 'd')).toEqual([])
  expect(delivery.endReplay()).toEqual(['c', 'd'])
  expect(delivery.offer(5, 'e')).toEqual(['e'])
})

test('a hole holds back what follows it, and says so', () => {
  const delivery = createOrderedDelivery<string>(0, 10)
  delivery.endReplay()
  expect(delivery.offer(1, 'a')).toEqual(['a'])
  expect(delivery.offer(3, 'c')).toEqual([])
  expect(delivery.behind()).toBe(true)
  expect(delivery.page([{ n: 2, item: 'b' }])).toEqual(['b', 'c'])
  expect(delivery.behind()).toBe(false)
})

test('items that do not fit are left to be read, the nearest are kept', () => {
  const delivery = createOrderedDelivery<number>(0, 2)
  delivery.endReplay()
  for (const n of [9, 5, 3, 2]) expect(delivery.offer(n, n)).toEqual([])
  expect(delivery.offer(1, 1)).toEqual([1, 2, 3])
  expect(delivery.behind()).toBe(true)
})

test('a silence is noticed when the log is said to reach further', () => {
  const delivery = createOrderedDelivery<number>(4, 2)
  delivery.endReplay()
  expect(delivery.behind()).toBe(false)
  delivery.heardOf(4)
  expect(delivery.behind()).toBe(false)
  delivery.heardOf(5)
  expect(delivery.behind()).toBe(true)
})
