import { type Clock } from '@fillstream/runtime'
import { type LaunchEvent } from '@fillstream/types'
import { messageFrame, type Frame } from './frames'

/** The launches of new tokens: the last ones, and whoever wants to hear of the next. */
export interface Launches {
  /** As they came from the stream: some may come again. */
  onLaunches(launches: readonly LaunchEvent[]): void
  /** The last launches, newest last, at most 100. */
  recent(): LaunchEvent[]
  /** Tells `listener` of every new one; the returned function ends that. */
  listen(listener: (frame: Frame) => void): () => void
}

const RECENT = 100
/** Pools known as told: more than the stream, which is read anew after an outage, can hold. */
const KNOWN = 2_000

export function createLaunches(clock: Clock): Launches {
  const known = new Map<string, LaunchEvent>()
  const listeners = new Set<(frame: Frame) => void>()
  return {
    onLaunches(launches) {
      for (const launch of launches) {
        if (known.has(launch.pool)) continue
        known.set(launch.pool, launch)
        const [oldest] = known.keys()
        if (known.size > KNOWN && oldest !== undefined) known.delete(oldest)
        const at = new Date(clock.now()).toISOString()
        const frame = messageFrame({ type: 'event', channel: 'pools', id: null, at, data: launch })
        for (const listener of listeners) listener(frame)
      }
    },
    recent: () => [...known.values()].slice(-RECENT),
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
