export const MAX_ATTEMPTS = 3

export interface BackOff {
  readonly baseMs: number
  readonly maxMs: number
}

/**
 * Exponential back-off with full jitter: a delay drawn evenly from [0, min(maxMs, baseMs * 2^(failed-1))].
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog.
 * @param failed attempts that have failed so far, from 1
 * @param random a number in [0, 1)
 */
export function backOffMs(failed: number, random: number, { baseMs, maxMs }: BackOff): number {
  return Math.floor(random * Math.min(maxMs, baseMs * 2 ** (failed - 1)))
}
