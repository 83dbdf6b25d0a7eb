/** The queue of orders at one moment. `finished` is a counter of jobs that only rises, but for an emptied Redis. */
export interface QueueSample {
  readonly atMs: number
  readonly waiting: number
  readonly running: number
  readonly finished: number
}

/** How fast the workers can work off the queue, as far as it was seen. */
export interface Capacity {
  readonly perSecond: number
  /** What the next sample is compared with. */
  readonly last: QueueSample | null
}

/** Taken for granted of workers that have not been seen at full load, jobs per second. */
export const ASSUMED_PER_SECOND = 200
/** After this long under another load, 63 % of the difference is believed. */
const SMOOTHING_MS = 5_000
const MAX_RETRY_AFTER_SECONDS = 60

export const UNSEEN: Capacity = { perSecond: ASSUMED_PER_SECOND, last: null }

/**
 * The estimate after one more sample: exponential smoothing over time. A time span lowers it only if the queue cannot have
 * been empty in it: fewer jobs were begun than waited at its start, so that every worker was busy, or dead. Any other span
 * shows only how much there was to do; by it the estimate rises, towards what was finished and what is assumed, since workers that
 * keep up may be faster than that.
 */
export function observe({ perSecond, last }: Capacity, sample: QueueSample): Capacity {
  const elapsedMs = last === null ? 0 : sample.atMs - last.atMs
  if (last === null || elapsedMs <= 0 || sample.finished < last.finished) return { perSecond, last: sample }
  const finished = sample.finished - last.finished
  const seen = (finished * 1_000) / elapsedMs
  const begun = finished + sample.running - last.running
  const neverEmpty = begun < last.waiting && sample.waiting > 0
  const target = neverEmpty ? seen : Math.max(seen, perSecond, ASSUMED_PER_SECOND)
  const believed = 1 - Math.exp(-elapsedMs / SMOOTHING_MS)
  return { perSecond: perSecond + (target - perSecond) * believed, last: sample }
}

export interface BacklogLimits {
  readonly maxDepth: number
  /** How long the last order of the queue may have to wait. */
  readonly maxSeconds: number
}

/**
 * Null where the queue that was sampled last may grow; else the whole seconds, 1 to 60, after which it will be short enough
 * at this speed and without new orders.
 */
export function secondsTooLong(
  { perSecond, last }: Capacity,
  { maxDepth, maxSeconds }: BacklogLimits,
): number | null {
  const depth = last === null ? 0 : last.waiting + last.running
  const excess = depth - Math.min(maxDepth, perSecond * maxSeconds)
  if (excess <= 0) return null
  return Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, Math.ceil(excess / perSecond)))
}
