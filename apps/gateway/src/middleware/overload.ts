import { AppError } from '@fillstream/core'
import { startLoop, type Clock } from '@fillstream/runtime'
import { type GatewayEvents } from '../events'

/** Refuses new orders while more of them wait than the workers can be expected to reach soon. */
export interface OverloadGuard {
  /** Throws OVERLOADED. */
  assertRoom(): void
  stop(): Promise<void>
}

const INTERVAL_MS = 1_000
const RETRY_AFTER_SECONDS = 2

/** Samples the depth of the queue once a second; a sample that fails leaves the last one standing. */
export function watchQueueDepth(
  queue: { depth(): Promise<number> },
  maxDepth: number,
  { clock, events }: { readonly clock: Clock; readonly events: GatewayEvents },
): OverloadGuard {
  let depth = 0
  const loop = startLoop(
    clock,
    INTERVAL_MS,
    async () => {
      depth = await queue.depth()
      events.queueDepth(depth)
    },
    () => undefined,
  )
  return {
    assertRoom() {
      if (depth > maxDepth)
        throw new AppError('OVERLOADED', 'too many orders are waiting', {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        })
    },
    stop: () => loop.stop(),
  }
}
