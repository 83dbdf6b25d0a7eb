import {
  amountAtPrice,
  ExecutionError,
  failedChecks,
  minOutput,
  type FailedCheck,
  type PoolState,
} from '@fillstream/core'
import { type SubmittedAttempt } from '@fillstream/store'
import { type RouteReceipt } from '@fillstream/types'
import { buildAttempt } from '../../execute/build'
import { readLaunchedPool, readLaunchFacts } from './launch-facts'
import { type SniperOrder, type SniperParts } from './sniper-parts'

/** A purchase that lacks nothing but its moment: signed in memory, neither durable nor sent. */
export interface PreparedPurchase {
  readonly receipt: RouteReceipt
  readonly minOutputAmount: bigint
  readonly attempt: SubmittedAttempt
}

export type Preparation =
  | ({ readonly outcome: 'ready' } & PreparedPurchase)
  /** The checks that were not passed: the order ends. */
  | { readonly outcome: 'unsafe'; readonly checks: readonly FailedCheck[] }
  /** Not at this price: the order waits on. */
  | { readonly outcome: 'tooDear' }

/**
 * Does all that can be done before the opening: reads mint, creator, pool, tries a round trip, quotes the first slot,
 * builds and signs. Nothing can trade before the opening, so what was quoted ahead is what the first swap gets.
 * @throws ExecutionError as quoting and building do
 */
export async function prepare(
  parts: SniperParts,
  order: SniperOrder,
  poolAddress: string,
): Promise<Preparation> {
  const [pool, receipt] = await Promise.all([
    readLaunchedPool(parts, poolAddress),
    quoteOpening(parts, order, poolAddress),
  ])
  const least = leastOutput(order, pool)
  // Asked again every second: the dry run is for those that could be bought.
  if (receipt !== null && (least === null || BigInt(receipt.outAmount) < least)) return { outcome: 'tooDear' }
  const facts = await readLaunchFacts(parts, order, pool, receipt)
  const { safety, minLiquidity } = order.sniper
  const checks = failedChecks(facts, {
    safety,
    minLiquidity: minLiquidity === null ? null : BigInt(minLiquidity),
    maxPriceImpactBps: order.maxPriceImpactBps,
  })
  if (checks.length > 0) return { outcome: 'unsafe', checks }
  if (receipt === null || least === null)
    throw new Error('a pool that cannot be quoted has passed the checks')

  const slipped = order.minOutputAmount ?? minOutput(BigInt(receipt.outAmount), order.slippageBps)
  const minOutputAmount = slipped > least ? slipped : least
  const attempt = await buildAttempt(parts.engine, { ...order, route: receipt, minOutputAmount })
  return { outcome: 'ready', receipt, minOutputAmount, attempt }
}

/** Null where the pool is too small for the order. */
async function quoteOpening(
  { engine }: SniperParts,
  order: SniperOrder,
  pool: string,
): Promise<RouteReceipt | null> {
  try {
    return await engine.router.launchQuote({ pool, amount: order.amount.toString(), orderId: order.id })
  } catch (error) {
    if (error instanceof ExecutionError && error.code === 'INSUFFICIENT_LIQUIDITY') return null
    throw error
  }
}

/** The least that the order's amount must buy at `maxPrice`, base units; null where that is more than there can be. */
function leastOutput(order: SniperOrder, { decimalsA, decimalsB }: PoolState): bigint | null {
  const { maxPrice } = order.sniper
  if (maxPrice === null) return 0n
  return amountAtPrice({
    kind: 'limit',
    swapMode: order.swapMode,
    amount: order.amount,
    limitPrice: maxPrice,
    priceUnit: 'inputPerOutput',
    inDecimals: decimalsB,
    outDecimals: decimalsA,
  })
}
