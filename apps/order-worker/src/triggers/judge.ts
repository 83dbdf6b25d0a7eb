import { isExecutable, trailingThreshold, type Trigger } from '@fillstream/core'
import { type PriceEvent } from '@fillstream/types'
import { enqueueFired, take } from './fire'
import { classPrice, type Candidate } from './trigger-index'
import { type TriggerParts } from './trigger-parts'

/** What becomes of an order that a price seems to reach. */
interface Verdicts {
  /** `seen`: what spoke for it. */
  readonly fires: { readonly trigger: Trigger; readonly seen: Readonly<Record<string, string | number>> }[]
  /** Goes back into the index. */
  readonly waits: Trigger[]
  readonly parked: Trigger[]
}

const PHASES: Readonly<Record<Trigger['kind'], string>> = {
  limit: 'its price is reached, comparing quotes',
  stop: 'its stop price is reached, comparing quotes',
  trailingStop: 'fallen by its distance, comparing quotes',
  sniper: 'the pool is open, comparing quotes',
}

/** An order that was taken out of the index. `price`: what took it out; null for one that was held too long. */
export interface Taken {
  readonly candidate: Candidate
  readonly price: PriceEvent | null
}

interface Case extends Taken {
  readonly trigger: Trigger
}

/**
 * Decides on orders that were taken out of the index, fires those that are due, and puts the others back or aside. Nothing is appended
 * for an order that could not be executed. Rejects where Postgres, Redis or dex-router is away: what is undone then lapses and comes again.
 */
export async function judge(parts: TriggerParts, taken: readonly Taken[]): Promise<void> {
  const rows = await parts.store.triggers.byOrderIds(taken.map(({ candidate }) => candidate.orderId))
  const triggers = new Map(rows.map((row) => [row.orderId, row]))
  const gone = taken.flatMap(({ candidate: { orderId } }) => (triggers.has(orderId) ? [] : [orderId]))
  const { fires, waits, parked } = await verdictsOn(
    parts,
    taken.flatMap((one) => {
      const trigger = triggers.get(one.candidate.orderId)
      return trigger === undefined ? [] : [{ ...one, trigger: raisedTo(trigger, one.candidate.highWater) }]
    }),
  )
  await parts.index.hold(
    parked.map(({ orderId }) => orderId),
    parts.config.TRIGGER_PARK_MS,
  )
  await parts.index.putBack(waits)
  const steps = await Promise.allSettled(
    fires.map(({ trigger, seen }) =>
      take(parts, trigger, { phase: PHASES[trigger.kind], data: { trigger: seen } }),
    ),
  )
  const done = fires.filter((_, i) => steps[i]?.status === 'fulfilled')
  // Before the jobs are there: one that finds its order not executable holds it again.
  await parts.index.settle([...gone, ...done.map(({ trigger }) => trigger.orderId)])
  const fired = steps.flatMap((step) =>
    step.status === 'fulfilled' && step.value !== null ? [step.value] : [],
  )
  await enqueueFired(parts, fired)
  parts.events.triggersJudged(fired.length, parked.length)
  const failed = steps.find((step) => step.status === 'rejected')
  if (failed) throw failed.reason
}

function raisedTo(trigger: Trigger, highWater: bigint | null): Trigger {
  if (highWater === null || (trigger.highWater ?? 0n) >= highWater) return trigger
  return { ...trigger, highWater }
}

async function verdictsOn(parts: TriggerParts, cases: readonly Case[]): Promise<Verdicts> {
  const verdicts: Verdicts = { fires: [], waits: [], parked: [] }
  const asked: Case[] = []
  for (const one of cases) {
    const { candidate, trigger, price } = one
    if (trigger.kind === 'trailingStop') {
      if (candidate.proven && (price === null || hasFallen(trigger, price)))
        verdicts.fires.push({ trigger, seen: { ...slotOf(price), highWater: String(trigger.highWater) } })
      else verdicts.waits.push(trigger)
    } else if (candidate.proven) verdicts.fires.push({ trigger, seen: slotOf(price) })
    // An order that was only held goes back, for the next price to take it out.
    else if (price === null) verdicts.waits.push(trigger)
    else asked.push(one)
  }
  const amounts = asked.length === 0 ? [] : await parts.router.executable(asked.map(swapOf))
  asked.forEach(({ trigger, price }, i) => {
    const amount = amounts[i] ?? null
    if (amount !== null && reaches(trigger, amount))
      verdicts.fires.push({ trigger, seen: { ...slotOf(price), executableAmount: amount.toString() } })
    // A limit order that is left alone may miss a price; a stop that is would miss what it is there for.
    else if (trigger.kind === 'limit') verdicts.parked.push(trigger)
    else verdicts.waits.push(trigger)
  })
  return verdicts
}

function slotOf(price: PriceEvent | null): { slot?: number } {
  return price === null ? {} : { slot: price.slot }
}

function hasFallen({ swapMode, sizeClass, highWater, trailingBps }: Trigger, price: PriceEvent): boolean {
  const now = classPrice(price, swapMode, sizeClass)
  if (now === null || highWater === null || trailingBps === null) return false
  return now <= trailingThreshold(highWater, trailingBps)
}

function reaches({ kind, swapMode, threshold }: Trigger, amount: bigint): boolean {
  if (threshold === null || (kind !== 'limit' && kind !== 'stop')) return false
  return isExecutable({ kind, swapMode, threshold }, amount)
}

function swapOf({ trigger }: Case) {
  const { inputMint, outputMint, swapMode, amount } = trigger
  return { inputMint, outputMint, swapMode, amount: amount.toString() }
}
