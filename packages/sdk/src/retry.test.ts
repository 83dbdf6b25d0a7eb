import fc from 'fast-check'
import { DEFAULT_RETRY, parseRetryAfter, retryDelayMs, type TryOutcome } from './retry'

const outcome = (changes: Partial<TryOutcome>): TryOutcome => ({
  status: 503,
  code: 'OVERLOADED',
  retryAfterMs: null,
  ...changes,
})

test.each([
  [null, 'UNREACHABLE'],
  [429, 'RATE_LIMITED'],
  [502, 'UNREACHABLE'],
  [503, 'DEPENDENCY_UNAVAILABLE'],
  [504, 'UNREACHABLE'],
  [409, 'IDEMPOTENCY_KEY_IN_USE'],
])('%p %s is tried again', (status, code) => {
  expect(retryDelayMs(outcome({ status, code }), 1, 0)).toBe(100)
})

test.each([
  [400, 'VALIDATION_FAILED'],
  [401, 'UNAUTHENTICATED'],
  [404, 'NOT_FOUND'],
  [409, 'CANCEL_TOO_LATE'],
  [422, 'IDEMPOTENCY_KEY_REUSED'],
  [500, 'INTERNAL'],
  [503, 'TRADING_HALTED'],
])('%p %s is final', (status, code) => {
  expect(retryDelayMs(outcome({ status, code }), 1, 0)).toBeNull()
})

test('waits grow, are jittered and bounded, and come to an end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failed, random) => {
        const delay = retryDelayMs(outcome({}), failed, random)
        if (failed > DEFAULT_RETRY.maxRetries) return delay === null
        const whole = Math.min(DEFAULT_RETRY.maxMs, DEFAULT_RETRY.baseMs * 2 ** (failed - 1))
        return delay !== null && delay >= whole / 2 && delay <= whole
      },
    ),
  )
})

test('Retry-After is waited for, with jitter on top, unless it is too far off', () => {
  expect(retryDelayMs(outcome({ retryAfterMs: 2_000 }), 1, 0.5)).toBe(2_150)
  expect(retryDelayMs(outcome({ retryAfterMs: 31_000 }), 1, 0.5)).toBeNull()
})

test('Retry-After may be seconds or a date', () => {
  const now = Date.parse('2026-01-02T03:04:05Z')
  expect(parseRetryAfter('7', now)).toBe(7_000)
  expect(parseRetryAfter('Fri, 02 Jan 2026 03:04:08 GMT', now)).toBe(3_000)
  expect(parseRetryAfter('Fri, 02 Jan 2026 03:04:00 GMT', now)).toBe(0)
  expect(parseRetryAfter('soon', now)).toBeNull()
  expect(parseRetryAfter(null, now)).toBeNull()
})
