import { type Order } from '@fillstream/core'
import { z } from 'zod'
import { type Engine } from '../engine'
import { type WatchedAttempt } from './resolve'

/** Which launch a purchase is of, and how long it took the copy that submitted it. */
export interface LaunchTiming {
  readonly pool: string
  readonly openSlot: number
  /** Since this copy heard of the launch. */
  readonly launchToSubmittedMs: number
  /** Since the slot before the opening was seen; null where that had passed before the order was there. */
  readonly openToSubmittedMs: number | null
}

const submittedSchema = z.looseObject({ openSlot: z.number() })
/** Events of an order up to its first submission, with room for tries. */
const EVENTS = 50

/**
 * What the confirmation of a sniper order says about its launch: how long the submission took, where this copy made it,
 * and how many slots after the opening it landed. Empty for other orders.
 */
export async function landedTiming(
  { store }: Pick<Engine, 'store'>,
  order: Order,
  attempt: WatchedAttempt,
  slot: number,
): Promise<{ launch?: object }> {
  if (order.type !== 'sniper') return {}
  const launch = attempt.launch ?? (await launchOf(store, order.id))
  return launch === null
    ? {}
    : { launch: { ...launch, landedSlot: slot, openToLandedSlots: slot - launch.openSlot } }
}

async function launchOf(store: Engine['store'], orderId: string): Promise<{ openSlot: number } | null> {
  const events = await store.events.list(null, orderId, 0, EVENTS)
  const submitted = events.find(({ status }) => status === 'submitted')
  return submittedSchema.safeParse(submitted?.data['launch']).data ?? null
}
