import { maxInput, minOutput } from '@fillstream/core'
import { type RpcCaller } from '@fillstream/messaging'
import { type Clock, type IdSource } from '@fillstream/runtime'
import { type dexRouterOperations, type Quote, type QuoteRequest, type RouteReceipt } from '@fillstream/types'
import { resolvePair } from './resolve-mints'
import { type TradableTokens } from './tradable-tokens'

export interface GetQuoteDeps {
  readonly router: RpcCaller<typeof dexRouterOperations>
  readonly tokens: Pick<TradableTokens, 'has'>
  readonly clock: Clock
  readonly ids: IdSource
}

const TIMEOUT_MS = 3_000
/** A quote binds nobody; after this long a new one says more. */
const LIFE_MS = 10_000

/**
 * The best route now. Throws VALIDATION_FAILED (pair, or too little liquidity), NOT_FOUND (no route), DEPENDENCY_UNAVAILABLE.
 */
export function createGetQuote({ router, tokens, clock, ids }: GetQuoteDeps) {
  return async (given: QuoteRequest): Promise<Quote> => {
    const { slippageBps, ...request } = await resolvePair(given, tokens)
    const {
      quotes,
      quotedAt: _quotedAt,
      elapsedMs: _elapsedMs,
      ...route
    } = await router.call('quote', request, TIMEOUT_MS)
    return {
      ...route,
      quoteId: ids.uuid(),
      otherAmountThreshold: thresholdOf(route, slippageBps).toString(),
      slippageBps,
      expiresAt: new Date(clock.now() + LIFE_MS).toISOString(),
      alternatives: quotes.filter(({ outcome }) => outcome !== 'won'),
    }
  }
}

/** The least output (ExactIn) or the most input (ExactOut) that the slippage leaves. */
function thresholdOf(
  { swapMode, inAmount, outAmount }: Pick<RouteReceipt, 'swapMode' | 'inAmount' | 'outAmount'>,
  slippageBps: number,
): bigint {
  return swapMode === 'ExactIn'
    ? minOutput(BigInt(outAmount), slippageBps)
    : maxInput(BigInt(inAmount), slippageBps)
}
