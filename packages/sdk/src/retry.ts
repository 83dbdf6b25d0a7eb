/** How often and how patiently a call is repeated. Times in milliseconds. */
export interface RetryPolicy {
  /** Repeats after the first try. */
  readonly maxRetries: number
  readonly baseMs: number
  readonly maxMs: number
  /** A `Retry-After` beyond this is the caller's to wait for. */
  readonly maxRetryAfterMs: number
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxRetries: 3,
  baseMs: 200,
  maxMs: 5_000,
  maxRetryAfterMs: 30_000,
}

/** What came of one try: null status where there was no answer. */
export interface TryOutcome {
  readonly status: number | null
  readonly code: string
  readonly retryAfterMs: number | null
}

const RETRIED_STATUSES: ReadonlySet<number | null> = new Set([null, 429, 502, 503, 504])

/**
 * How long to wait before the next try, or null where there is none. No answer, 429, 502, 503, 504 and a key whose
 * first request still runs are tried again; every call of this client is safe to repeat, or keyed. A halt is an operator's
 * decision, which no back-off outlasts.
 * @param failed tries that have failed so far, from 1
 * @param random a number in [0, 1)
 */
export function retryDelayMs(
  outcome: TryOutcome,
  failed: number,
  random: number,
  policy: RetryPolicy = DEFAULT_RETRY,
): number | null {
  if (failed > policy.maxRetries || outcome.code === 'TRADING_HALTED') return null
  if (!RETRIED_STATUSES.has(outcome.status) && outcome.code !== 'IDEMPOTENCY_KEY_IN_USE') return null
  const jitter = backOffMs(failed, random, policy)
  if (outcome.retryAfterMs === null) return jitter
  if (outcome.retryAfterMs > policy.maxRetryAfterMs) return null
  return outcome.retryAfterMs + jitter
}

/**
 * Exponential back-off, half of it jitter: between half and the whole of min(maxMs, baseMs * 2^(failed-1)), so that
 * a crowd spreads and nobody comes back at once.
 */
export function backOffMs(
  failed: number,
  random: number,
  { baseMs, maxMs }: { readonly baseMs: number; readonly maxMs: number },
): number {
  const whole = Math.min(maxMs, baseMs * 2 ** Math.min(failed - 1, 30))
  return Math.floor(whole / 2 + (random * whole) / 2)
}

/** `Retry-After` in milliseconds: seconds or an HTTP date; null where it is missing or neither. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header.trim())) return Number(header) * 1_000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
