import { type Order } from '@fillstream/core'
import { z } from 'zod'
import { type Engine } from '../engine'

const submittedSchema = z.looseObject({ openSlot: z.number() })
/** Events of an order up to its first submission, with room for tries. */
const EVENTS = 50

/**
 * What the confirmation of a sniper order says about its launch: what its submission said, and how many slots after the
 * opening it landed. Empty for other orders.
 */
export async function launchTiming(
  { store }: Engine,
  order: Order,
  slot: number,
): Promise<{ launch?: object }> {
  if (order.type !== 'sniper') return {}
  const events = await store.events.newsOfOrder(order.id, 0, EVENTS)
  const submitted = events.find(({ status }) => status === 'submitted')
  const launch = submittedSchema.safeParse(submitted?.data['launch'])
  if (!launch.success) return {}
  return { launch: { ...launch.data, landedSlot: slot, openToLandedSlots: slot - launch.data.openSlot } }
}
