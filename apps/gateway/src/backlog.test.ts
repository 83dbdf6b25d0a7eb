import fc from 'fast-check'
import {
  ASSUMED_PER_SECOND,
  observe,
  secondsTooLong,
  UNSEEN,
  type Capacity,
  type QueueSample,
} from './backlog'

const LIMITS = { maxDepth: 20_000, maxSeconds: 30 }

/** One sample a second, each as it is given. */
function after(samples: readonly Omit<QueueSample, 'atMs'>[], from: Capacity = UNSEEN): Capacity {
  return samples.reduce((capacity, sample, i) => observe(capacity, { atMs: i * 1_000, ...sample }), from)
}

/** A queue of `depth` of which `perSecond` jobs are worked off each second. */
function workedOff(depth: number, perSecond: number, seconds: number): Omit<QueueSample, 'atMs'>[] {
  return Array.from({ length: seconds + 1 }, (_, i) => ({
    waiting: Math.max(0, depth - perSecond * i),
    running: 100,
    finished: perSecond * i,
  }))
}

const sampleSchema = fc.record({
  waiting: fc.nat(30_000),
  running: fc.nat(500),
  finished: fc.nat(1_000_000),
})
const samples = fc.array(sampleSchema, { maxLength: 50 })

test('an estimate is never below zero nor beyond the fastest that was seen or assumed', () => {
  fc.assert(
    fc.property(samples, (seen) => {
      const fastest = Math.max(
        ASSUMED_PER_SECOND,
        ...seen.slice(1).map(({ finished }, i) => finished - (seen[i]?.finished ?? 0)),
      )
      const { perSecond } = after(seen)
      expect(perSecond).toBeGreaterThanOrEqual(0)
      expect(perSecond).toBeLessThanOrEqual(fastest * (1 + 1e-9))
    }),
  )
})

test('an engine with little to do is not taken for a slow one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 2, maxLength: 100 }), (finished) => {
      let sum = 0
      const idle = finished.map((jobs) => ({ waiting: 0, running: jobs, finished: (sum += jobs) }))
      expect(after(idle).perSecond).toBe(ASSUMED_PER_SECOND)
    }),
  )
})

test('a busy engine is known by its speed after half a minute', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (perSecond) => {
      const capacity = after(workedOff(1_000_000, perSecond, 30))
      expect(Math.abs(capacity.perSecond - perSecond)).toBeLessThan(
        0.01 * Math.max(perSecond, ASSUMED_PER_SECOND),
      )
    }),
  )
})

test('a short queue that is worked off at once says nothing against the engine', () => {
  expect(after(workedOff(40, 40, 1)).perSecond).toBeGreaterThanOrEqual(ASSUMED_PER_SECOND)
})

test('a burst on an idle engine is let in, and refused when nobody works on it', () => {
  const burst = { waiting: 5_000, running: 0, finished: 0 }
  const standing = Array.from({ length: 10 }, () => burst)
  expect(secondsTooLong(after([burst]), LIMITS)).toBeNull()
  expect(secondsTooLong(after(standing), LIMITS)).toBe(60)
})

test('workers that come back are trusted again, with or without a queue', () => {
  const dead = after(Array.from({ length: 120 }, () => ({ waiting: 40, running: 0, finished: 0 })))
  expect(dead.perSecond).toBeLessThan(0.001)
  const { last } = dead
  const later = (more: Omit<QueueSample, 'atMs'>, seconds: number, from: Capacity) =>
    observe(from, { atMs: (last?.atMs ?? 0) + seconds * 1_000, ...more })
  let idle = dead
  for (let i = 1; i <= 10; i++) idle = later({ waiting: 0, running: 0, finished: 40 }, i, idle)
  expect(idle.perSecond).toBeGreaterThan(ASSUMED_PER_SECOND * 0.8)
})

test('a counter that began anew is compared with nothing', () => {
  const { perSecond } = after(workedOff(10_000, 50, 10))
  const anew = after([{ waiting: 500, running: 0, finished: 0 }], after(workedOff(10_000, 50, 10)))
  expect(anew.perSecond).toBe(perSecond)
  expect(anew.last?.finished).toBe(0)
})

test('who is refused is told when the queue will be short enough, if nothing is added', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 5_000, noNaN: true }),
      fc.nat(50_000),
      fc.nat(500),
      (perSecond, waiting, running) => {
        const last = { atMs: 0, waiting, running, finished: 0 }
        const seconds = secondsTooLong({ perSecond, last }, LIMITS)
        const bound = Math.min(LIMITS.maxDepth, perSecond * LIMITS.maxSeconds)
        expect(seconds === null).toBe(waiting + running <= bound)
        if (seconds === null) return
        expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60).toBe(true)
        if (seconds < 60) expect(waiting + running - perSecond * seconds).toBeLessThanOrEqual(bound + 1e-6)
        if (seconds > 1 && seconds < 60)
          expect(waiting + running - perSecond * (seconds - 1)).toBeGreaterThan(bound - 1e-6)
      },
    ),
  )
})

test('nothing is refused before the first sample', () => {
  expect(secondsTooLong(UNSEEN, { maxDepth: 1, maxSeconds: 1 })).toBeNull()
})
