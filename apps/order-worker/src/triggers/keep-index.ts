import { inGroupsOf, type Trigger } from '@fillstream/core'
import { startLoop, type Loop } from '@fillstream/runtime'
import { type PriceApplier } from './apply-price'
import { judge } from './judge'
import { showLastPrice, startingAt } from './opened-orders'
import { type TriggerParts } from './trigger-parts'

/** Rows of Postgres read at once. */
const PAGE = 2_000
/** Orders put into the index by one call. */
const BATCH = 500
/** A row becomes visible this long after its `openedAt`, at most: longer than a statement may run. */
const OVERLAP_MS = 6_000
/** Trailing stops whose best price is written to Postgres in a turn. */
const MARKS = 2_000
/** Entries of the index compared with Postgres in a turn. */
const SWEEP = 500
const LAPSED = 500

/**
 * Keeps the index in step with Postgres, one copy at a time: fills it where Redis has lost it, adds what was opened and not put in, brings
 * back what was held too long, writes down the best prices of trailing stops, and removes orders that no longer wait.
 */
export function startIndexKeeper(parts: TriggerParts, prices: PriceApplier): Loop {
  const { config, index, upkeep, events, clock, owner, store } = parts
  const renew = () => upkeep.lease(owner, config.TRIGGER_LEASE_MS)

  async function put(triggers: readonly Trigger[]): Promise<number> {
    let count = 0
    for (const some of inGroupsOf(BATCH, triggers)) {
      const part = some.filter(({ kind }) => kind !== 'sniper')
      const added = await index.add(part.map((trigger) => startingAt(parts, trigger)))
      count += added.length
      await showLastPrice(parts, prices, added)
    }
    return count
  }

  async function fill(signal: AbortSignal): Promise<void> {
    const began = clock.monotonic()
    let orders = 0
    let last: Trigger | undefined
    do {
      const page = await store.triggers.page({ limit: PAGE, ...(last && { afterOrderId: last.orderId }) })
      orders += await put(page)
      last = page.length < PAGE ? undefined : page.at(-1)
      if (!(await renew())) return
    } while (last !== undefined && !signal.aborted)
    if (signal.aborted) return
    // All that was opened while it was read has an older place in it, or is read again.
    await upkeep.markReconciled(clock.monotonic() - began)
    await upkeep.markFilled()
    events.indexFilled(orders, clock.monotonic() - began)
  }

  async function addOpened(signal: AbortSignal): Promise<void> {
    const began = clock.monotonic()
    const since = ((await upkeep.reconciledMsAgo()) ?? 0) + OVERLAP_MS
    let found = 0
    let last: Trigger | undefined
    do {
      const page = await store.triggers.openedSince(Math.ceil(since), PAGE, last)
      found += await put(page)
      last = page.length < PAGE ? undefined : page.at(-1)
    } while (last !== undefined && !signal.aborted && (await renew()))
    if (last !== undefined) return
    await upkeep.markReconciled(clock.monotonic() - began)
    if (found > 0) events.triggersFound(found)
  }

  async function bringBack(signal: AbortSignal): Promise<void> {
    for (let full = true; full && !signal.aborted;) {
      const candidates = await index.lapsed(LAPSED, config.TRIGGER_LEASE_MS)
      full = candidates.length === LAPSED
      if (candidates.length === 0) return
      await judge(
        parts,
        candidates.map((candidate) => ({ candidate, price: null })),
      )
      const waiting = await store.triggers.byOrderIds(candidates.map(({ orderId }) => orderId))
      await showLastPrice(parts, prices, waiting)
    }
  }

  async function writeMarks(): Promise<void> {
    for (const { orderIds, highWater } of await upkeep.raised(MARKS))
      await store.triggers.raiseHighWater(orderIds.map((orderId) => ({ orderId, highWater })))
  }

  async function sweep(): Promise<void> {
    const page = await upkeep.nextPage(SWEEP)
    if (page === null || page.orderIds.length === 0) return
    const there = new Set((await store.triggers.byOrderIds(page.orderIds)).map(({ orderId }) => orderId))
    await page.remove(page.orderIds.filter((orderId) => !there.has(orderId)))
  }

  async function turn(signal: AbortSignal): Promise<void> {
    if (!(await renew())) return
    if (await upkeep.isFilled()) await addOpened(signal)
    else await fill(signal)
    for (const step of [() => bringBack(signal), writeMarks, sweep]) {
      if (signal.aborted || !(await renew())) return
      await step()
    }
  }

  const everyMs = Math.min(1_000, config.TRIGGER_LEASE_MS / 3, config.TRIGGER_PARK_MS / 4)
  const loop = startLoop(clock, everyMs, turn, (error) =>
    events.loopFailed('keeping the trigger index', error),
  )
  return {
    wake: () => loop.wake(),
    async stop() {
      await loop.stop()
      await upkeep.release(owner).catch(() => undefined)
    },
  }
}
