import { type Order, type OrderChanges, type Trigger } from '@fillstream/core'
import { type EventData } from '@fillstream/types'
import { type Engine } from '../engine'

/** Why an order fires, for people, and what its event and its row are given along. */
export interface Firing {
  readonly phase: string
  readonly data?: EventData
  readonly changes?: OrderChanges
}

/**
 * Takes an order that waits to `routing` and queues it. Of all that fire it, and of a cancel, one wins: the step expects
 * the order as the trigger saw it.
 * @returns null where another was first
 */
export async function fire(
  engine: Pick<Engine, 'journal' | 'queue' | 'ids' | 'events'>,
  trigger: Pick<Trigger, 'orderId' | 'accountId' | 'lastSeq'>,
  { phase, data = {}, changes }: Firing,
): Promise<Order | null> {
  const { orderId, accountId } = trigger
  const result = await engine.journal.append({
    orderId,
    accountId,
    from: 'open',
    expectedSeq: trigger.lastSeq,
    events: [{ eventId: engine.ids.uuid(), status: 'routing', phase, data }],
    ...(changes ? { changes } : {}),
  })
  if (result.outcome === 'conflict') {
    engine.events.appendLost(orderId)
    return null
  }
  engine.events.stepTaken(result.order)
  // Durable already: where Redis is away the sweeper queues it.
  await engine.queue
    .enqueue([{ orderId, accountId, lastSeq: result.order.lastSeq }])
    .catch((error: unknown) => engine.events.loopFailed('queueing an order that fired', error))
  return result.order
}
