import { boundBy, ExecutionError, waitsForTrigger, type Order, type OrderChanges } from '@fillstream/core'
import { type FailureCode, type RouteReceipt } from '@fillstream/types'
import { type Engine } from '../engine'
import { readGroundwork } from './groundwork'
import { type QuotedSwap } from './run'

/** The least output (ExactIn) or the most input (ExactOut) that is fixed of an order; null before its first quote. Base units. */
export function fixedBound({ swapMode, minOutputAmount, maxInputAmount }: Order): bigint | null {
  return swapMode === 'ExactIn' ? minOutputAmount : maxInputAmount
}

/** The order's bound: fixed once, at its first quote (a limit order's at acceptance), and never loosened by a retry. */
export function boundOf(
  order: Order,
  receipt: RouteReceipt,
): Pick<OrderChanges, 'minOutputAmount' | 'maxInputAmount'> {
  const bound = boundBy(
    { ...order, bound: fixedBound(order) },
    { inAmount: BigInt(receipt.inAmount), outAmount: BigInt(receipt.outAmount) },
  )
  return order.swapMode === 'ExactIn' ? { minOutputAmount: bound } : { maxInputAmount: bound }
}

/** Throws where a quote is no longer within the order's bound or its allowed impact. */
export function checkQuote(order: Order, receipt: RouteReceipt): void {
  if (order.minOutputAmount !== null && BigInt(receipt.outAmount) < order.minOutputAmount) {
    throw new ExecutionError(
      'SLIPPAGE_EXCEEDED',
      `the best quote gives ${receipt.outAmount}, at least ${order.minOutputAmount} must arrive`,
    )
  }
  if (order.maxInputAmount !== null && BigInt(receipt.inAmount) > order.maxInputAmount) {
    throw new ExecutionError(
      'SLIPPAGE_EXCEEDED',
      `the best quote takes ${receipt.inAmount}, at most ${order.maxInputAmount} may leave`,
    )
  }
  const impact = receipt.priceImpactBps
  if (impact !== null && impact > order.maxPriceImpactBps) {
    throw new ExecutionError(
      'PRICE_IMPACT_TOO_HIGH',
      `the price impact would be ${impact} bps, at most ${order.maxPriceImpactBps} are allowed`,
    )
  }
}

/** What a quote lacks where an order cannot be executed at its limit now, but may be later. */
const NOT_EXECUTABLE: readonly FailureCode[] = [
  'SLIPPAGE_EXCEEDED',
  'PRICE_IMPACT_TOO_HIGH',
  'INSUFFICIENT_LIQUIDITY',
]

/** Whether the order, found not executable while it is routed, waits on instead of failing: a limit order that rests. */
export function waitsOn(order: Order, code: FailureCode): boolean {
  return (
    order.type === 'limit' &&
    waitsForTrigger(order) &&
    order.status === 'routing' &&
    NOT_EXECUTABLE.includes(code)
  )
}

/**
 * Asks for the best route, and along with it for the swap, and checks it against the order. What the attempt will stand on besides is
 * read meanwhile, so that the node's answers are not waited for after the venues' as well.
 * @throws ExecutionError
 */
export async function findRoute(
  engine: Engine,
  order: Order,
): Promise<{ readonly receipt: RouteReceipt; readonly quoted: QuotedSwap }> {
  const attempt = order.attempts.length + 1
  const groundwork = readGroundwork(engine, order)
  // Whoever builds on it hears of its failure.
  groundwork.catch(() => undefined)
  const { receipt, swap } = await engine.router.quoteSwap({
    orderId: order.id,
    attempt,
    wallet: engine.wallets.of(order.accountId).address,
    inputMint: order.inputMint,
    outputMint: order.outputMint,
    swapMode: order.swapMode,
    amount: order.amount.toString(),
    bound: fixedBound(order)?.toString() ?? null,
    slippageBps: order.slippageBps,
  })
  checkQuote(order, receipt)
  return { receipt, quoted: { attempt, at: engine.clock.monotonic(), swap, groundwork } }
}
