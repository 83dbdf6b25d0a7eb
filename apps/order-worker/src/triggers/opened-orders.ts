import { sizeClass, waitsForTrigger, type Order, type Trigger } from '@fillstream/core'
import { pairId } from '@fillstream/types'
import { startLoop, type Loop } from '@fillstream/runtime'
import { type PriceApplier } from './apply-price'
import { classPrice } from './trigger-index'
import { type TriggerParts } from './trigger-parts'
import { type Triggers } from './triggers'

/** Orders that wait to be put into the index; what is beyond is found in Postgres. */
const MAX_WAITING = 10_000
const BATCH = 500
const IDLE_MS = 1_000

/** Puts orders that have just opened into the index, in groups, and shows them the last price. */
export function startOpenedOrders(
  parts: TriggerParts,
  prices: PriceApplier,
): Triggers & { stop(): Promise<void> } {
  let waiting: Trigger[] = []
  let aside: string[] = []

  async function turn(): Promise<void> {
    while (waiting.length > 0 || aside.length > 0) {
      const held = aside.splice(0, BATCH)
      await parts.index.hold(held, parts.config.TRIGGER_PARK_MS)
      const triggers = waiting.splice(0, BATCH)
      await showLastPrice(parts, prices, await parts.index.add(triggers.map((one) => startingAt(parts, one))))
    }
  }

  const loop: Loop = startLoop(parts.clock, IDLE_MS, turn, (error) =>
    parts.events.loopFailed('indexing opened orders', error),
  )
  return {
    opened(order) {
      const trigger = triggerOf(order)
      if (trigger === null || waiting.length >= MAX_WAITING) return
      waiting.push(trigger)
      loop.wake()
    },
    reopened(order) {
      if (aside.length >= MAX_WAITING) return
      aside.push(order.id)
      loop.wake()
    },
    async stop() {
      await loop.stop()
      waiting = []
      aside = []
    },
  }
}

/** An order that joins after a price was told would otherwise wait for the next one. */
export async function showLastPrice(
  { lastPrices }: Pick<TriggerParts, 'lastPrices'>,
  prices: PriceApplier,
  triggers: readonly Trigger[],
): Promise<void> {
  for (const pair of new Set(triggers.map(pairId))) {
    const price = lastPrices.get(pair)
    if (price !== undefined) await prices.apply(price)
  }
}

/** A trailing stop begins at the last price where it knows no better. */
export function startingAt({ lastPrices }: Pick<TriggerParts, 'lastPrices'>, trigger: Trigger): Trigger {
  if (trigger.kind !== 'trailingStop' || trigger.highWater !== null) return trigger
  const price = lastPrices.get(pairId(trigger))
  return price === undefined
    ? trigger
    : { ...trigger, highWater: classPrice(price, trigger.swapMode, trigger.sizeClass) }
}

function triggerOf(order: Order): Trigger | null {
  if (!waitsForTrigger(order) || order.type === 'sniper') return null
  const { accountId, lastSeq, type: kind, inputMint, outputMint, swapMode, amount } = order
  const { threshold, trailingBps, updatedAt: openedAt, expiresAt } = order
  const place = { kind, inputMint, outputMint, swapMode, amount, sizeClass: sizeClass(amount) }
  return {
    ...place,
    orderId: order.id,
    accountId,
    lastSeq,
    threshold,
    trailingBps,
    highWater: null,
    openedAt,
    expiresAt,
  }
}
