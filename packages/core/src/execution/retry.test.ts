import fc from 'fast-check'
import { backOffMs } from './retry'

test('the delay lies below the doubled base and below the cap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (failed, random) => {
        const delay = backOffMs(failed, random, { baseMs: 100, maxMs: 2_000 })
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThan(Math.min(2_000, 100 * 2 ** (failed - 1)))
      },
    ),
  )
})

test('the window doubles with every failure until the cap', () => {
  const last = 0.999
  expect([1, 2, 3, 9].map((n) => backOffMs(n, last, { baseMs: 100, maxMs: 1_000 }))).toEqual([
    99, 199, 399, 999,
  ])
})
