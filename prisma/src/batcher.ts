import { AppError } from '@fillstream/core'
import { createArrivals } from './arrivals'
import { type Sleeper } from './persist'

export interface BatcherConfig {
  /** Items of one run at most. */
  readonly maxBatch: number
  /** Items waiting at most; one more is refused with OVERLOADED. */
  readonly maxQueue: number
  /** Left out: a run begins as soon as the one before has ended. */
  readonly gathering?: Gathering
}

/** How a group waits for more to come before it is run. */
export interface Gathering {
  /** At the longest. */
  readonly windowMs: number
  /** Only where at least so many come within the window, at the pace of late: a wait for less only costs time. */
  readonly least: number
  /** No longer than it takes, at that pace, until a group has so many: more of them gain little. */
  readonly enough: number
  readonly clock: Sleeper & { monotonic(): number }
}

export interface BatcherDeps<Item, Result> {
  /** One result per item, in order; an `Error` value rejects its item alone, a rejection all of them. */
  run(items: readonly Item[]): Promise<readonly (Result | Error)[]>
  /** Whether items that wait would fail as this one did: they are then refused at once instead of one run after the other. */
  failsAll(error: unknown): boolean
}

export interface Batcher<Item, Result> {
  submit(item: Item): Promise<Result>
  /** Takes no more; resolves when all that was taken is settled. */
  close(): Promise<void>
}

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Group commit: items that come while a run is under way share the next one. One run at a time; an item that comes when
 * nothing runs is not kept waiting, unless so many come that a moment of gathering spares most of them a run of their own.
 */
export function createBatcher<Item, Result>(
  config: BatcherConfig,
  deps: BatcherDeps<Item, Result>,
): Batcher<Item, Result> {
  let queue: Waiting<Item, Result>[] = []
  let draining: Promise<void> | null = null
  let closed = false
  const { maxBatch, maxQueue, gathering } = config
  const arrivals = gathering && createArrivals(gathering.clock)

  async function gather(): Promise<void> {
    if (!gathering || !arrivals || closed) return
    const { windowMs, least, enough, clock } = gathering
    const expected = arrivals.expectedWithin(windowMs)
    const missing = enough - queue.length
    if (expected >= least && missing > 0) await clock.sleep(Math.min(1, missing / expected) * windowMs)
  }

  function refuseAll(error: unknown): void {
    const refused = queue
    queue = []
    for (const waiting of refused) waiting.reject(error)
  }

  async function runOne(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await deps.run(batch.map(({ item }) => item))
      batch.forEach((waiting, i) => {
        const result = results[i]
        if (result instanceof Error) waiting.reject(result)
        else waiting.resolve(result as Result)
      })
    } catch (error) {
      for (const waiting of batch) waiting.reject(error)
      if (deps.failsAll(error)) refuseAll(error)
    }
  }

  async function drain(): Promise<void> {
    await Promise.resolve()
    while (queue.length > 0) {
      await gather()
      const batch = queue.slice(0, maxBatch)
      queue = queue.slice(maxBatch)
      await runOne(batch)
    }
    draining = null
  }

  return {
    submit(item) {
      if (closed) return Promise.reject(new AppError('OVERLOADED', 'the service is stopping'))
      if (queue.length >= maxQueue)
        return Promise.reject(
          new AppError('OVERLOADED', 'too many writes are waiting', { retryAfterSeconds: 1 }),
        )
      arrivals?.count()
      return new Promise<Result>((resolve, reject) => {
        queue.push({ item, resolve, reject })
        draining ??= drain()
      })
    },
    async close() {
      closed = true
      await draining
    },
  }
}

/**
 * Runs all items together; where that fails by the fault of one, each half alone, down to the one, whose error is its result.
 * @param isFaultOfOne whether the error may be the fault of a single item; any other is thrown
 */
export async function runByHalves<Item, Result>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
  isFaultOfOne: (error: unknown) => boolean,
): Promise<(Result | Error)[]> {
  try {
    return [...(await run(items))]
  } catch (error) {
    if (!isFaultOfOne(error)) throw error
    if (items.length <= 1) return items.map(() => (error instanceof Error ? error : new Error(String(error))))
    const middle = Math.ceil(items.length / 2)
    const left = await runByHalves(items.slice(0, middle), run, isFaultOfOne)
    return [...left, ...(await runByHalves(items.slice(middle), run, isFaultOfOne))]
  }
}
