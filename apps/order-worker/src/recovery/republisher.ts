import { snapshotOf } from '@fillstream/core'
import { type OrderCache, type PublishOrders } from '@fillstream/messaging'
import { startLoop, type Loop } from '@fillstream/runtime'
import { type Engine } from '../engine'

const INTERVAL_MS = 2_000
/** Several turns' worth, so that one that fails is made up for by the next. */
const WINDOW_MS = 15_000
const LIMIT = 2_000

/**
 * Tells again what a publisher that died between commit and publication left untold: orders of the last seconds whose
 * hash in Redis is older than the row. Every copy does it; repeats are harmless.
 */
export function startRepublisher(engine: Engine, cache: OrderCache, publish: PublishOrders): Loop {
  async function turn(): Promise<void> {
    const recent = await engine.store.work.recentlyUpdated(WINDOW_MS, LIMIT)
    if (recent.length === 0) return
    const known = await cache.lastSeqs(
      recent.map(({ order }) => ({ accountId: order.accountId, orderId: order.id })),
    )
    const behind = recent.flatMap(({ order, news }, i) => {
      const seq = known[i] ?? 0
      return seq < order.lastSeq
        ? [{ order: snapshotOf(order), news: news.filter((event) => event.seq > seq) }]
        : []
    })
    if (behind.length === 0) return
    await publish(behind)
    engine.events.newsRepublished(behind.length)
  }
  return startLoop(engine.clock, INTERVAL_MS, turn, (error) =>
    engine.events.loopFailed('the republisher', error),
  )
}
