import { type RouteReceipt, type RouteStep } from '@fillstream/types'
import { formatPrice } from '../money/decimal'
import { type Ranking, type TokenDecimals } from './rank'
import { type RouteCandidate } from './route'

/** The wire form of a comparison that has a winner. */
export function receiptOf(
  winner: { readonly venue: string; readonly route: RouteCandidate },
  ranking: Ranking,
  decimals: TokenDecimals,
  timing: { readonly quotedAt: Date; readonly elapsedMs: number },
): RouteReceipt {
  const { route } = winner
  return {
    inputMint: route.inputMint,
    outputMint: route.outputMint,
    swapMode: route.swapMode,
    inAmount: route.inAmount.toString(),
    outAmount: route.outAmount.toString(),
    price: formatPrice({ ...route, ...decimals }, 'down'),
    feeBps: route.feeBps,
    priceImpactBps: route.priceImpactBps,
    routePlan: routePlanOf(route),
    contextSlot: Number(route.contextSlot),
    quotes: [...ranking.quotes],
    quotedAt: timing.quotedAt.toISOString(),
    elapsedMs: timing.elapsedMs,
  }
}

/** The route pool by pool: legs counted from 0, the hops of a leg in order. */
export function routePlanOf(route: RouteCandidate): RouteStep[] {
  return route.legs.flatMap(({ bps, hops }, leg) =>
    hops.map(({ pool, inputMint, outputMint, swap }) => ({
      leg,
      bps,
      venue: pool.venue,
      pool: pool.address,
      poolIndex: pool.index,
      inputMint,
      outputMint,
      inAmount: swap.amountIn.toString(),
      outAmount: swap.amountOut.toString(),
      feeAmount: swap.fee.toString(),
      feeMint: inputMint,
    })),
  )
}
