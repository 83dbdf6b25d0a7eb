import { type PriceUnit, type SwapMode, U64_MAX } from '@fillstream/types'
import { divide } from '../money/rounding'
import { type TokenDecimals } from '../routing/rank'

/** A price that an order is held to, with what is needed to make an amount of it. */
export interface PricedOrder extends TokenDecimals {
  readonly kind: 'limit' | 'stop'
  readonly swapMode: SwapMode
  /** Base units: of input for ExactIn, of output for ExactOut. */
  readonly amount: bigint
  /** A decimal number above zero, in human decimals. */
  readonly limitPrice: string
  readonly priceUnit: PriceUnit
}

/**
 * The amount of the other side, base units, that `amount` comes to at `limitPrice`: for a limit order its bound, for a
 * stop order what it fires at. Exact integer arithmetic; what does not come out is rounded so that the price itself is
 * never crossed: a limit in its owner's favour, a stop against it. Null where that is no amount (0, or beyond a u64).
 */
export function amountAtPrice(order: PricedOrder): bigint | null {
  const { kind, swapMode, amount, priceUnit, inDecimals, outDecimals } = order
  const [, whole = '', fraction = ''] = /^([0-9]+)(?:\.([0-9]+))?$/.exec(order.limitPrice) ?? []
  const digits = BigInt(whole + fraction)
  const scale = 10n ** BigInt(fraction.length)
  const [inUnit, outUnit] = [10n ** BigInt(inDecimals), 10n ** BigInt(outDecimals)]
  const [inputs, outputs] =
    priceUnit === 'outputPerInput' ? [inUnit * scale, outUnit * digits] : [inUnit * digits, outUnit * scale]
  if (inputs === 0n || outputs === 0n) throw new RangeError(`${order.limitPrice} is no price`)
  const [from, to] = swapMode === 'ExactIn' ? [inputs, outputs] : [outputs, inputs]
  const up = (kind === 'limit') === (swapMode === 'ExactIn')
  const other = divide(amount * to, from, up ? 'up' : 'down')
  return other > 0n && other <= U64_MAX ? other : null
}
