import { setImmediate as nextTurn } from 'node:timers/promises'
import { type OrderNews } from '@fillstream/types'
import { inGroupsOf, isTerminal } from '@fillstream/core'
import { startLoop, type Deps } from '@fillstream/runtime'
import { type Store } from '@fillstream/store'
import { type NotifierEvents } from './events'
import { type Subscription } from './subscription'
import { type Subscriptions } from './subscriptions'

/** Carries news to whoever wants them, and notices what news did not bring. */
export interface FanOut {
  /** A batch of the event streams, as it came. Resolves when it is with everybody who wants it. */
  onNews(news: readonly OrderNews[]): Promise<void>
  /** News may have been missed: compares with Postgres now. */
  onReset(): void
  stop(): Promise<void>
}

export interface FanOutConfig {
  /** Between two comparisons of all running subscriptions with Postgres. */
  readonly checkMs: number
}

/**
 * What two services tell of one account at the same time comes in either order, a moment apart: a hole that closes by itself within
 * this long costs no read of Postgres.
 */
const HOLE_GRACE_MS = 50
/** Events given to subscriptions before the event loop is let go on. */
const SLICE = 256
/** Ids of one comparison statement at most: reading its answer holds up the news for a few milliseconds, not for a hundred. */
const IDS_PER_READ = 500

/** How far the one is that is least far; 0 where there is none. */
function leastOf(subscriptions: Iterable<Subscription>): number {
  let least = Infinity
  for (const { position } of subscriptions) least = Math.min(least, position)
  return least === Infinity ? 0 : least
}

/** Starts the comparison loop; news are handed in by the stream reader. */
export function startFanOut(
  config: FanOutConfig,
  store: {
    readonly orders: Pick<Store['orders'], 'past'>
    readonly accounts: Pick<Store['accounts'], 'past'>
  },
  subscriptions: Subscriptions,
  deps: Pick<Deps, 'clock' | 'checkpoint'>,
  events: NotifierEvents,
): FanOut {
  /** Postgres is told how far each has got, and answers with those that are not there yet: mostly with nothing. */
  async function compareOrders(): Promise<void> {
    for (const ids of inGroupsOf(IDS_PER_READ, subscriptions.orderIds())) {
      const past = await store.orders.past(
        ids.map((orderId) => ({ orderId, seq: leastOf(subscriptions.ofOrder(orderId)) })),
      )
      for (const orderId of ids) {
        const found = past.get(orderId)
        for (const subscription of subscriptions.ofOrder(orderId)) {
          if (found) subscription.compare(found.lastSeq, isTerminal(found.status))
          if (subscription.repair()) events.silenceFound('order')
        }
      }
    }
  }

  async function compareAccounts(): Promise<void> {
    for (const ids of inGroupsOf(IDS_PER_READ, subscriptions.accountIds())) {
      const past = await store.accounts.past(
        ids.map((accountId) => ({ accountId, cursor: leastOf(subscriptions.ofAccount(accountId)) })),
      )
      for (const accountId of ids) {
        const cursor = past.get(accountId)
        for (const subscription of subscriptions.ofAccount(accountId)) {
          if (cursor !== undefined) subscription.compare(cursor, false)
          if (subscription.repair()) events.silenceFound('account')
        }
      }
    }
  }

  async function check(): Promise<void> {
    events.subscriptionsAre(subscriptions.size)
    await Promise.all([compareOrders(), compareAccounts()])
  }

  const loop = startLoop(deps.clock, config.checkMs, check, (error) => events.checkFailed(error))

  /** Subscriptions that had news lately: those that still lack something when the grace is over read it. */
  const lately = new Set<Subscription>()
  let looking = false

  async function lookForHoles(): Promise<void> {
    looking = true
    await deps.clock.sleep(HOLE_GRACE_MS)
    looking = false
    const those = [...lately]
    lately.clear()
    for (const subscription of those) if (subscription.repair()) events.holeFound(subscription.topic.kind)
  }

  return {
    async onNews(news) {
      deps.checkpoint('news.read')
      let sent = 0
      for (const event of news) {
        for (const those of [
          subscriptions.ofOrder(event.orderId),
          subscriptions.ofAccount(event.accountId),
        ]) {
          for (const subscription of those) {
            subscription.offer(event)
            lately.add(subscription)
            if (++sent % SLICE === 0) await nextTurn()
          }
        }
      }
      if (!looking && lately.size > 0) void lookForHoles()
    },
    onReset() {
      events.newsReset()
      loop.wake()
    },
    stop: () => loop.stop(),
  }
}
