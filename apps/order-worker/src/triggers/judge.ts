import { isExecutable, trailingThreshold, type Trigger } from '@fillstream/core'
import { type PriceEvent } from '@fillstream/types'
import { fire } from './fire'
import { classPrice, type Candidate } from './trigger-index'
import { type TriggerParts } from './trigger-parts'

/** What becomes of an order that a price seems to reach. */
interface Verdicts {
  /** `seen`: what spoke for it. */
  readonly fires: { readonly trigger: Trigger; readonly seen: Readonly<Record<string, string>> }[]
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

/**
 * Decides on orders that were taken out of the index, fires those that are due, and puts the others back or aside. Nothing is appended
 * for an order that could not be executed. Rejects where Postgres, Redis or dex-router is away: what is undone then lapses and comes again.
 * @param price what took them out; null for orders that were held too long
 */
export async function judge(
  parts: TriggerParts,
  candidates: readonly Candidate[],
  price: PriceEvent | null,
): Promise<void> {
  const rows = await parts.store.triggers.byOrderIds(candidates.map(({ orderId }) => orderId))
  const triggers = new Map(rows.map((row) => [row.orderId, row]))
  const gone = candidates.filter(({ orderId }) => !triggers.has(orderId))
  const { fires, waits, parked } = await verdictsOn(
    parts,
    candidates.flatMap((candidate) => {
      const trigger = triggers.get(candidate.orderId)
      return trigger === undefined ? [] : [{ candidate, trigger: raisedTo(trigger, candidate.highWater) }]
    }),
    price,
  )
  await parts.index.hold(
    parked.map(({ orderId }) => orderId),
    parts.config.TRIGGER_PARK_MS,
  )
  await parts.index.putBack(waits)
  const fired = await Promise.allSettled(
    fires.map(async ({ trigger, seen }) => {
      const data = { trigger: { ...seen, ...(price && { slot: price.slot }) } }
      await fire(parts, trigger, { phase: PHASES[trigger.kind], data })
      return trigger.orderId
    }),
  )
  const done = fired.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  await parts.index.settle([...gone.map(({ orderId }) => orderId), ...done])
  parts.events.triggersJudged(done.length, parked.length)
  const failed = fired.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

function raisedTo(trigger: Trigger, highWater: bigint | null): Trigger {
  if (highWater === null || (trigger.highWater ?? 0n) >= highWater) return trigger
  return { ...trigger, highWater }
}

async function verdictsOn(
  parts: TriggerParts,
  taken: readonly { readonly candidate: Candidate; readonly trigger: Trigger }[],
  price: PriceEvent | null,
): Promise<Verdicts> {
  const verdicts: Verdicts = { fires: [], waits: [], parked: [] }
  const asked: Trigger[] = []
  for (const { candidate, trigger } of taken) {
    if (trigger.kind === 'trailingStop') {
      if (candidate.proven && (price === null || hasFallen(trigger, price)))
        verdicts.fires.push({ trigger, seen: { highWater: String(trigger.highWater) } })
      else verdicts.waits.push(trigger)
    } else if (candidate.proven) verdicts.fires.push({ trigger, seen: {} })
    // An order that was only held goes back, for the next price to take it out.
    else if (price === null) verdicts.waits.push(trigger)
    else asked.push(trigger)
  }
  const amounts = asked.length === 0 ? [] : await parts.router.executable(asked.map(swapOf))
  asked.forEach((trigger, i) => {
    const amount = amounts[i] ?? null
    if (amount !== null && reaches(trigger, amount))
      verdicts.fires.push({ trigger, seen: { executableAmount: amount.toString() } })
    // A limit order that is left alone may miss a price; a stop that is would miss what it is there for.
    else if (trigger.kind === 'limit') verdicts.parked.push(trigger)
    else verdicts.waits.push(trigger)
  })
  return verdicts
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

function swapOf({ inputMint, outputMint, swapMode, amount }: Trigger) {
  return { inputMint, outputMint, swapMode, amount: amount.toString() }
}
