import { type Random } from './random'

/** One fault of the schedule: when it begins, how long it lasts, and the seed of what it draws itself. */
export interface Planned<Fault> {
  readonly atMs: number
  readonly holdMs: number
  readonly fault: Fault
  readonly number: number
}

/**
 * When which fault strikes: every fault once before any comes again, in drawn order, with drawn pauses. A function of the random
 * stream alone, so that a seed gives the same schedule again.
 */
export function planFaults<Fault extends { readonly holdMs: readonly [number, number] }>(
  faults: readonly Fault[],
  random: Random,
  { durationMs, pauseMs }: { readonly durationMs: number; readonly pauseMs: number },
): Planned<Fault>[] {
  const planned: Planned<Fault>[] = []
  let round: Fault[] = []
  for (let atMs = pauseMs * random.next(); atMs < durationMs && faults.length > 0;) {
    if (round.length === 0) round = shuffled(faults, random)
    const fault = round.pop() as Fault
    planned.push({ atMs, holdMs: random.between(...fault.holdMs), fault, number: planned.length + 1 })
    atMs += pauseMs * (0.25 + 1.5 * random.next())
  }
  return planned
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const other = random.between(0, i)
    ;[result[i], result[other]] = [result[other] as Item, result[i] as Item]
  }
  return result
}
