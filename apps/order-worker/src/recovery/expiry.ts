import { startLoop, type Loop } from '@fillstream/runtime'
import { type Engine } from '../engine'
import { expire } from '../execute/expire'

const INTERVAL_MS = 500
const LIMIT = 1_000

/**
 * Ends orders whose time is over by the clock of Postgres, whatever was running when it ended. Every copy does it; of two
 * that end the same order one wins.
 */
export function startExpiry(engine: Engine): Loop {
  async function turn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const overdue = await engine.store.work.expiredOrders(LIMIT)
      const ended = await Promise.allSettled(overdue.map((order) => expire(engine, order)))
      const count = ended.filter((end) => end.status === 'fulfilled' && end.value !== null).length
      if (count > 0) engine.events.ordersExpired(count)
      const failed = ended.find((end) => end.status === 'rejected')
      if (failed) throw failed.reason
      // A full page may have more behind it, unless others are at the same orders.
      if (overdue.length < LIMIT || count === 0) return
    }
  }
  return startLoop(engine.clock, INTERVAL_MS, turn, (error) =>
    engine.events.loopFailed('the expiry of orders', error),
  )
}
