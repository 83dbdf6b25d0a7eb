import { type Order } from '@fillstream/core'
import { startLaunchReader } from '@fillstream/messaging'
import { startLoop } from '@fillstream/runtime'
import { type LaunchEvent } from '@fillstream/types'
import { createLimit } from './limit'
import { snipe } from './snipe'
import { type HeardLaunch, type SniperParts } from './sniper-parts'

export interface Snipers {
  /** A sniper order is `open`: the pool that it waits for may be there already. */
  opened(order: Order): void
  /** Takes no more launches; orders that were not submitted wait for another copy. */
  stop(): Promise<void>
}

/** Between two looks at what was missed; leases are renewed as often. */
const RECONCILE_MS = 1_000
/** Orders of one launch are taken this long before it opens: until then others need the room. */
const AHEAD_SLOTS = 150
const PAGE = 500
const MAX_UNDER_WAY = 2_000
const MAX_PREPARING = 8
/** Launches remembered with the moment at which they were heard of. */
const MAX_HEARD = 2_000

/**
 * Reacts to launches as they are told, and to sniper orders as they open. What both have missed (Redis away, a copy that
 * died) is found by a look at the recent launches once a second.
 */
export function startSnipers(
  given: Omit<SniperParts, 'preparing'>,
  config: { readonly redisUrl: string; readonly prefix: string },
): Snipers {
  const parts: SniperParts = { ...given, preparing: createLimit(MAX_PREPARING) }
  const { engine, slots, leases } = parts
  const { clock, events, store, router } = engine
  const stopping = new AbortController()
  const underWay = new Map<string, Promise<void>>()
  const heard = new Map<string, HeardLaunch>()

  function hear(launch: LaunchEvent): HeardLaunch {
    const known = heard.get(launch.pool) ?? { launch, heardAt: clock.monotonic() }
    heard.set(launch.pool, known)
    const [oldest] = heard.keys()
    if (heard.size > MAX_HEARD && oldest !== undefined) heard.delete(oldest)
    return known
  }

  async function run(orderId: string, launch: HeardLaunch): Promise<void> {
    if (!(await leases.take(orderId))) return
    try {
      await snipe(parts, orderId, launch, stopping.signal)
    } finally {
      await leases.giveBack(orderId).catch(() => undefined)
    }
  }

  function isEarly({ launch }: HeardLaunch): boolean {
    return launch.openSlot - AHEAD_SLOTS > (slots.current() ?? 0)
  }

  function consider(orderId: string, launch: HeardLaunch): void {
    if (isEarly(launch) || engine.trading.isHalted() || stopping.signal.aborted) return
    if (underWay.has(orderId) || underWay.size >= MAX_UNDER_WAY) return
    const running = run(orderId, launch)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) events.loopFailed(`sniping ${launch.launch.pool}`, error)
      })
      .finally(() => underWay.delete(orderId))
    underWay.set(orderId, running)
  }

  async function considerAll(launch: HeardLaunch): Promise<void> {
    if (isEarly(launch)) return
    let after: string | undefined
    do {
      const page = await store.triggers.snipersFor(launch.launch.mint, PAGE, after)
      for (const { orderId, inputMint } of page)
        if (inputMint === launch.launch.quoteMint) consider(orderId, launch)
      after = page.length < PAGE ? undefined : page.at(-1)?.orderId
    } while (after !== undefined && !stopping.signal.aborted)
  }

  async function reconcile(): Promise<void> {
    await leases.renew([...underWay.keys()])
    for (const launch of await router.launches()) await considerAll(hear(launch))
  }

  async function lookFor(order: Order): Promise<void> {
    for (const launch of await router.launches(order.outputMint))
      if (launch.quoteMint === order.inputMint) consider(order.id, hear(launch))
  }

  const failed = (error: unknown) => {
    if (!stopping.signal.aborted) events.loopFailed('looking for launches', error)
  }
  const reader = startLaunchReader(config, engine, (launches) => {
    for (const launch of launches) void considerAll(hear(launch)).catch(failed)
  })
  const loop = startLoop(clock, RECONCILE_MS, reconcile, failed)

  return {
    opened(order) {
      void lookFor(order).catch(failed)
    },
    async stop() {
      stopping.abort(new Error('order-worker stops'))
      await Promise.all([reader.stop(), loop.stop()])
      await Promise.all(underWay.values())
    },
  }
}
