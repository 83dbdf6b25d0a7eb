import { startLoop, type Clock } from '@fillstream/runtime'
import { type LaunchEvent } from '@fillstream/types'
import { type PoolBook } from '../book/pool-book'
import { type RouterEvents } from '../events'
import { isLaunched, isNews, launchEventOf } from './launch-event'

export interface LaunchPublisher {
  stop(): Promise<void>
}

export interface LaunchPublisherParts {
  readonly book: PoolBook
  /** False where another copy has told it. Rejects while Redis is away. */
  readonly publish: (launch: LaunchEvent) => Promise<boolean>
  readonly clock: Clock
  readonly events: RouterEvents
}

/** How soon a launch that could not be told is told again. */
const RETRY_MS = 500
/** Launches that wait for Redis at most, and pools remembered as told. */
const MAX_WAITING = 1_000
const MAX_TOLD = 10_000

/** Tells of every pool of a new token when the chain first shows it: all copies see it, one tells. */
export function startLaunchPublisher({
  book,
  publish,
  clock,
  events,
}: LaunchPublisherParts): LaunchPublisher {
  const waiting = new Map<string, LaunchEvent>()
  const told = new Set<string>()

  const unlisten = book.listen({
    poolChanged(pool, slot) {
      if (!isLaunched(pool) || told.has(pool.address) || waiting.has(pool.address)) return
      if (!isNews(pool, slot) || waiting.size >= MAX_WAITING) return
      waiting.set(pool.address, launchEventOf(pool))
      loop.wake()
    },
    slotSeen: () => undefined,
  })

  async function turn(signal: AbortSignal): Promise<void> {
    for (const [address, launch] of waiting) {
      if (signal.aborted) return
      const first = await publish(launch)
      waiting.delete(address)
      if (told.size >= MAX_TOLD) told.clear()
      told.add(address)
      if (first) events.launchPublished(launch)
    }
  }

  const loop = startLoop(clock, RETRY_MS, turn, (error) => events.publishingFailed(error))
  return {
    async stop() {
      unlisten()
      await loop.stop()
    },
  }
}
