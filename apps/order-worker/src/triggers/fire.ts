import { type Order, type OrderChanges, type Trigger } from '@fillstream/core'
import { type EventData } from '@fillstream/types'
import { type Engine } from '../engine'

/** Why an order fires, for people, and what its event and its row are given along. */
export interface Firing {
  readonly phase: string
  readonly data?: EventData
  readonly changes?: OrderChanges
}

type FiringParts = Pick<Engine, 'journal' | 'ids' | 'events'>
type Waiting = Pick<Trigger, 'orderId' | 'accountId' | 'lastSeq'>

/**
 * Takes an order that waits to `routing` and queues it. Of all that fire it, and of a cancel, one wins: the step expects
 * the order as the trigger saw it.
 * @returns null where another was first
 */
export async function fire(
  engine: FiringParts & Pick<Engine, 'queue'>,
  trigger: Waiting,
  firing: Firing,
): Promise<Order | null> {
  const order = await take(engine, trigger, firing)
  if (order) await enqueueFired(engine, [order])
  return order
}

/** The step of `fire` alone, for those who queue many orders at once. */
export async function take(
  engine: FiringParts,
  { orderId, accountId, lastSeq }: Waiting,
  { phase, data = {}, changes }: Firing,
): Promise<Order | null> {
  const result = await engine.journal.append({
    orderId,
    accountId,
    from: 'open',
    expectedSeq: lastSeq,
    events: [{ eventId: engine.ids.uuid(), status: 'routing', phase, data }],
    ...(changes ? { changes } : {}),
  })
  if (result.outcome === 'conflict') {
    engine.events.appendLost(orderId)
    return null
  }
  engine.events.stepTaken(result.order)
  return result.order
}

/** Queues orders that fired. They are durable already: where Redis is away the sweeper queues them. */
export async function enqueueFired(
  { queue, events }: Pick<Engine, 'queue' | 'events'>,
  orders: readonly Order[],
): Promise<void> {
  if (orders.length === 0) return
  await queue
    .enqueue(orders.map(({ id, accountId, lastSeq }) => ({ orderId: id, accountId, lastSeq })))
    .catch((error: unknown) => events.loopFailed('queueing orders that fired', error))
}
