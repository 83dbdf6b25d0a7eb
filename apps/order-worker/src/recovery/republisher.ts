import { inGroupsOf, snapshotOf } from '@fillstream/core'
import { type OrderCache, type PublishOrders } from '@fillstream/messaging'
import { startLoop, type Loop } from '@fillstream/runtime'
import { type Engine } from '../engine'

const INTERVAL_MS = 1_000
/** After so long what was written shows, and its news are no longer just on their way. */
const SETTLED_MS = 2_000
/** At the start, after turns that failed, and after one that found something, which may mean that Redis began anew. */
const WIDE_MS = 15_000
const LIMIT = 50_000
/** Orders told again in one go. */
const TOLD_AT_ONCE = 500

/**
 * Tells again what a publisher that died between commit and publication left untold: orders whose hash in Redis is older than the log.
 * Each event is looked at once, a little after it was written. Every copy does it; repeats are harmless.
 */
export function startRepublisher(engine: Engine, cache: OrderCache, publish: PublishOrders): Loop {
  const { clock, events, store } = engine
  /** Up to when events were looked at; null: anew, over a wide stretch. */
  let lookedUpTo: Date | null = null

  async function turn(): Promise<void> {
    const stretch = { after: lookedUpTo, lengthMs: WIDE_MS, endedMsAgo: SETTLED_MS }
    const { seqs: recent, upTo } = await store.work.recentSeqs(stretch, LIMIT)
    const known = await cache.lastSeqs(recent)
    const behind = recent.flatMap(({ orderId, accountId, lastSeq }, i) => {
      const seq = known[i] ?? 0
      return seq < lastSeq ? [{ orderId, accountId, lastSeq: seq }] : []
    })
    for (const some of inGroupsOf(TOLD_AT_ONCE, behind)) {
      const news = await store.work.newsSince(some)
      await publish(news.map((one) => ({ order: snapshotOf(one.order), news: one.news })))
      events.newsRepublished(news.length)
    }
    lookedUpTo = behind.length === 0 ? upTo : null
  }

  return startLoop(clock, INTERVAL_MS, turn, (error) => {
    lookedUpTo = null
    events.loopFailed('the republisher', error)
  })
}
