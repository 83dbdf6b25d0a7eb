import { type Clock } from '@fillstream/runtime'
import { createExpiringCache } from './expiring-cache'

test('entries age, go, and make room for new ones', () => {
  let now = 0
  const clock = { monotonic: () => now } as Clock
  const cache = createExpiringCache<number>(clock, { maxEntries: 2, maxAgeMs: 100 })
  cache.set('a', 1)
  now = 60
  expect(cache.get('a')).toEqual({ value: 1, ageMs: 60 })
  cache.set('b', 2)
  cache.set('a', 3)
  cache.set('c', 4)
  expect([cache.get('a')?.value, cache.get('b'), cache.get('c')?.value]).toEqual([3, undefined, 4])
  now = 161
  expect([cache.get('a'), cache.get('c')]).toEqual([undefined, undefined])
})
