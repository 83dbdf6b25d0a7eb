import { createArrivals } from './arrivals'

test('the pace is that of the last stretch of a tenth of a second; a pause ends it', () => {
  let now = 5_000
  const arrivals = createArrivals({ monotonic: () => now })
  const come = (times: number, everyMs: number) => {
    for (let n = 0; n < times; n += 1) {
      now += everyMs
      arrivals.count()
    }
  }
  come(19, 5)
  expect(arrivals.expectedWithin(10)).toBe(0)
  come(1, 5)
  expect(arrivals.expectedWithin(10)).toBe(2)
  come(50, 2)
  expect(arrivals.expectedWithin(10)).toBe(5)
  come(1, 10_000)
  expect(arrivals.expectedWithin(10)).toBeLessThan(0.01)
})
