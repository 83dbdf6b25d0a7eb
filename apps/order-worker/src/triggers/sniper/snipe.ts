import { ExecutionError } from '@fillstream/core'
import { type LaunchEvent } from '@fillstream/types'
import { prepare } from './prepare'
import { isWaitingSniper, type HeardLaunch, type SniperOrder, type SniperParts } from './sniper-parts'
import { end, refuseLaunch, submitPurchase } from './steps'

/** How long before the opening an order is prepared: its blockhash lives for 150 slots. */
export const PREPARE_SLOTS = 50

/** Failures that end the order: the others pass, and the launch is looked at again. */
const LASTING = ['INSUFFICIENT_FUNDS', 'SAFETY_CHECK_FAILED', 'TX_FAILED', 'PRICE_IMPACT_TOO_HIGH'] as const

/**
 * Sees one order through one launch: prepares it, waits for the slot before the opening (what is sent then lands in the
 * opening slot at the earliest, and no earlier is taken), and submits. Returns early where nothing is to be done now.
 */
export async function snipe(
  parts: SniperParts,
  orderId: string,
  heard: HeardLaunch,
  signal: AbortSignal,
): Promise<void> {
  const { engine, slots } = parts
  const { launch } = heard
  await slots.reach(launch.openSlot - PREPARE_SLOTS, signal)
  const order = await engine.store.orders.get(null, orderId)
  if (!isWaitingSniper(order) || order.inputMint !== launch.quoteMint) return
  if (await isOver(parts, order, launch)) return
  try {
    const isLate = (slots.current() ?? 0) >= launch.openSlot
    const prepared = await parts.preparing(() => prepare(parts, order, launch.pool))
    switch (prepared.outcome) {
      case 'unsafe':
        return await refuseLaunch(parts, order, launch.pool, prepared.checks)
      case 'tooDear':
        return
      case 'ready': {
        const dueAt = await slots.reach(launch.openSlot - 1, signal)
        // It was signed a while ago: a halt since then holds it back as if it had not been.
        await engine.trading.assertOn()
        await submitPurchase(parts, order, prepared, { ...heard, dueAt: isLate ? null : dueAt })
      }
    }
  } catch (error) {
    const lasting = error instanceof ExecutionError ? LASTING.find((code) => code === error.code) : undefined
    if (lasting === undefined) throw error
    await end(parts, order, lasting, (error as ExecutionError).message)
  }
}

/** Whether the pool has been open for longer than the order allows, by the clock of the chain, to the second. */
async function isOver(
  { accounts, slots }: SniperParts,
  order: SniperOrder,
  launch: LaunchEvent,
): Promise<boolean> {
  if (launch.openTime === null || (slots.current() ?? 0) <= launch.openSlot) return false
  const openMs = (await accounts.unixTime()) * 1_000 - Date.parse(launch.openTime)
  return openMs >= order.sniper.maxOpenDelayMs + 1_000
}
