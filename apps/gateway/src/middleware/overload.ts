import { AppError } from '@fillstream/core'
import { type OrdersQueue } from '@fillstream/messaging'
import { startLoop, type Clock } from '@fillstream/runtime'
import { observe, secondsTooLong, UNSEEN, type BacklogLimits } from '../backlog'
import { type GatewayEvents } from '../events'

/** Refuses new orders while those that wait are more than the workers will get through in time. */
export interface OverloadGuard {
  /** Throws OVERLOADED. */
  assertRoom(): void
  stop(): Promise<void>
}

const INTERVAL_MS = 1_000

export interface OverloadDeps {
  readonly clock: Clock
  readonly events: Pick<GatewayEvents, 'queueSampled'>
  /** While trading is halted nothing is worked off on purpose: that says nothing of the workers. */
  readonly isHalted: () => boolean
}

/** Samples the queue once a second; a sample that fails leaves the last one standing. */
export function watchBacklog(
  queue: Pick<OrdersQueue, 'load'>,
  limits: BacklogLimits,
  { clock, events, isHalted }: OverloadDeps,
): OverloadGuard {
  let capacity = UNSEEN
  let comparable = false

  async function sample(): Promise<void> {
    const { perSecond, last } = capacity
    const wasComparable = comparable
    comparable = false
    const load = await queue.load()
    capacity = observe(
      { perSecond, last: wasComparable && !isHalted() ? last : null },
      { atMs: clock.monotonic(), ...load },
    )
    comparable = !isHalted()
    events.queueSampled(load.waiting + load.running, capacity.perSecond)
  }

  const loop = startLoop(clock, INTERVAL_MS, sample, () => undefined)
  return {
    assertRoom() {
      const retryAfterSeconds = secondsTooLong(capacity, limits)
      if (retryAfterSeconds !== null)
        throw new AppError('OVERLOADED', 'more orders are waiting than can be worked off in time', {
          retryAfterSeconds,
        })
    },
    stop: () => loop.stop(),
  }
}
