import { ExecutionError, groupBy, type PoolState } from '@fillstream/core'
import { type RouteStep } from '@fillstream/types'
import { type PoolBook } from '../book/pool-book'

/** One leg of a route that is to be settled: its share of the input and the pools it passes. */
export interface PlannedLeg {
  readonly bps: number
  readonly pools: readonly PoolState[]
}

/** A route plan that is not one: the caller's fault. */
export class PlanError extends Error {
  override readonly name = 'PlanError'
  readonly code = 'VALIDATION_FAILED'
}

/**
 * Reads a route plan against the pools that are known: what is built rests on the chain's accounts, not on the caller's
 * word. Throws a PlanError for a plan that does not lead from input to output, and an ExecutionError
 * VENUE_UNAVAILABLE for one over a pool that is not known (any more).
 */
export function readPlan(
  book: PoolBook,
  {
    inputMint,
    outputMint,
    routePlan,
  }: { inputMint: string; outputMint: string; routePlan: readonly RouteStep[] },
): PlannedLeg[] {
  const planned = [...groupBy(routePlan, ({ leg }) => leg)]
    .sort(([one], [other]) => one - other)
    .map(([, steps]) => readLeg(book, steps, inputMint, outputMint))
  const share = planned.reduce((sum, leg) => sum + leg.bps, 0)
  if (share !== 10_000) throw new PlanError(`the legs' shares add up to ${share} bps, not to 10000`)
  return planned
}

function readLeg(
  book: PoolBook,
  steps: readonly RouteStep[],
  inputMint: string,
  outputMint: string,
): PlannedLeg {
  let holds = inputMint
  const pools = steps.map((step) => {
    const pool = book.byAddress(step.pool)
    if (pool === undefined) throw new ExecutionError('VENUE_UNAVAILABLE', `pool ${step.pool} is not known`)
    const next = step.inputMint === pool.mintA ? pool.mintB : pool.mintA
    const matches = step.inputMint === pool.mintA || step.inputMint === pool.mintB
    if (!matches || step.inputMint !== holds || step.outputMint !== next) {
      throw new PlanError(`pool ${step.pool} does not go from ${step.inputMint} to ${step.outputMint} here`)
    }
    holds = next
    return pool
  })
  if (holds !== outputMint) throw new PlanError(`a leg ends at ${holds}, not at the output`)
  return { bps: steps[0]?.bps ?? 0, pools }
}
