import { amountAtPrice, type NewOrder } from '@fillstream/core'
import {
  defaultTimeInForce,
  findToken,
  sniperSchema,
  type OrderRequest,
  type TimeInForce,
} from '@fillstream/types'
import { invalidField } from '../http/parse'
import { type TradableTokens } from './tradable-tokens'

/** The request with what its type takes filled in, so that a default that is written out makes no difference. */
export function withDefaults(request: OrderRequest): OrderRequest & { timeInForce: TimeInForce } {
  const { type, timeInForce = defaultTimeInForce(type), expiresAt } = request
  return {
    ...request,
    timeInForce,
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    ...(type === 'limit' || type === 'stop' ? { priceUnit: request.priceUnit ?? 'outputPerInput' } : {}),
    ...(type === 'sniper' ? { sniper: request.sniper ?? sniperSchema.parse({}) } : {}),
  }
}

/** What follows from an order's price. */
export type PriceColumns = Pick<NewOrder, 'threshold' | 'minOutputAmount' | 'maxInputAmount'>

/**
 * What a limit or stop price comes to for the order's own amount: what it fires at, and for a limit order its bound.
 * Throws VALIDATION_FAILED at `limitPrice` where that is no amount.
 */
export async function priceColumns(
  request: OrderRequest,
  tokens: Pick<TradableTokens, 'list'>,
): Promise<PriceColumns> {
  const { type, swapMode, amount, limitPrice, priceUnit = 'outputPerInput', inputMint, outputMint } = request
  if ((type !== 'limit' && type !== 'stop') || limitPrice === undefined)
    return { threshold: null, minOutputAmount: null, maxInputAmount: null }
  const [inDecimals, outDecimals] = await Promise.all([
    decimalsOf(inputMint, tokens),
    decimalsOf(outputMint, tokens),
  ])
  const threshold = amountAtPrice({
    kind: type,
    swapMode,
    amount: BigInt(amount),
    limitPrice,
    priceUnit,
    inDecimals,
    outDecimals,
  })
  if (threshold === null)
    throw invalidField(
      'limitPrice',
      'custom',
      'comes to no amount that can be traded, for an order of this amount',
    )
  const bound = type === 'limit' ? threshold : null
  return {
    threshold,
    minOutputAmount: swapMode === 'ExactIn' ? bound : null,
    maxInputAmount: swapMode === 'ExactOut' ? bound : null,
  }
}

async function decimalsOf(mint: string, tokens: Pick<TradableTokens, 'list'>): Promise<number> {
  const token = findToken(mint) ?? (await tokens.list()).find((known) => known.mint === mint)
  if (token === undefined)
    throw invalidField('limitPrice', 'UNKNOWN_MINT', `nobody knows the decimals of ${mint}`)
  return token.decimals
}
