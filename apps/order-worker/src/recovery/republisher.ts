import { snapshotOf } from '@fillstream/core'
import { type OrderCache, type PublishOrders } from '@fillstream/messaging'
import { startLoop, type Loop } from '@fillstream/runtime'
import { type Engine } from '../engine'

const INTERVAL_MS = 2_000
/** What a turn looks at beside the time since the last one: news that were just on their way then. */
const OVERLAP_MS = 2_000
/** At the start, after turns that failed, and after one that found something, which may mean that Redis began anew. */
const WIDE_WINDOW_MS = 15_000
const LIMIT = 50_000
/** Orders told again in one go. */
const TOLD_AT_ONCE = 500

/**
 * Tells again what a publisher that died between commit and publication left untold: orders of the last seconds whose
 * hash in Redis is older than the log. Every copy does it; repeats are harmless.
 */
export function startRepublisher(engine: Engine, cache: OrderCache, publish: PublishOrders): Loop {
  const { clock, events, store } = engine
  let lookedAt = -Infinity

  async function turn(): Promise<void> {
    const now = clock.monotonic()
    const windowMs = Math.min(WIDE_WINDOW_MS, Math.ceil(now - lookedAt) + OVERLAP_MS)
    const recent = await store.work.recentSeqs(windowMs, LIMIT)
    const known = await cache.lastSeqs(recent)
    const behind = recent.flatMap(({ orderId, accountId, lastSeq }, i) => {
      const seq = known[i] ?? 0
      return seq < lastSeq ? [{ orderId, accountId, lastSeq: seq }] : []
    })
    for (let at = 0; at < behind.length; at += TOLD_AT_ONCE) {
      const news = await store.work.newsSince(behind.slice(at, at + TOLD_AT_ONCE))
      await publish(news.map((one) => ({ order: snapshotOf(one.order), news: one.news })))
      events.newsRepublished(news.length)
    }
    lookedAt = behind.length === 0 ? now : -Infinity
  }

  return startLoop(clock, INTERVAL_MS, turn, (error) => {
    lookedAt = -Infinity
    events.loopFailed('the republisher', error)
  })
}
