import { findToken, type Token } from '@fillstream/types'

/** A pair that every venue has a pool of. Prices are units of `quote` for one `base`, human decimals. */
export interface Pair {
  /** `SOL/USDC`. */
  readonly name: string
  readonly base: Token
  readonly quote: Token
  /** What a pool holds on each side, in whole US dollars. */
  readonly depthUsd: number
}

/** Where the walk of each token's dollar price starts, and how far it goes: 1 is about 2 % either way. */
export const TOKEN_PRICES: Readonly<Record<string, { readonly usd: number; readonly swing: number }>> = {
  SOL: { usd: 150, swing: 1 },
  USDC: { usd: 1, swing: 0 },
  USDT: { usd: 1, swing: 0.05 },
  JUP: { usd: 0.8, swing: 1 },
  BONK: { usd: 0.000025, swing: 1 },
  RAY: { usd: 2.5, swing: 1 },
}

// SOL is deep: 50 orders of 50 SOL that land together move the price by 10 bps, a fifth of the default slippage.
const SOL_DEPTH_USD = 750_000_000
const DEPTH_USD = 160_000_000

/** Every pair that the market trades. */
export const PAIRS: readonly Pair[] = [
  pair('SOL', 'USDC', SOL_DEPTH_USD),
  pair('SOL', 'USDT', SOL_DEPTH_USD),
  pair('USDC', 'USDT', 500_000_000),
  pair('JUP', 'USDC', DEPTH_USD),
  pair('JUP', 'SOL', DEPTH_USD),
  pair('BONK', 'USDC', DEPTH_USD),
  pair('BONK', 'SOL', DEPTH_USD),
  pair('RAY', 'USDC', DEPTH_USD),
  pair('RAY', 'SOL', DEPTH_USD),
]

function pair(base: string, quote: string, depthUsd: number): Pair {
  return { name: `${base}/${quote}`, base: listed(base), quote: listed(quote), depthUsd }
}

function listed(symbol: string): Token {
  const token = findToken(symbol)
  if (token === undefined) throw new RangeError(`${symbol} is not on the verified list`)
  return token
}
