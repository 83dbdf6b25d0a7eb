import { type PoolState } from '@fillstream/core'
import { VERIFIED_TOKENS, type TokenInfo } from '@fillstream/types'

/** Says how a pool contradicts the verified list, or null: a pool with false decimals would be priced absurdly. */
export function contradictsTokenList(pool: PoolState): string | null {
  for (const [mint, decimals] of mintsOf(pool)) {
    const token = VERIFIED_TOKENS.find((listed) => listed.mint === mint)
    if (token !== undefined && token.decimals !== decimals) {
      return `${token.symbol} has ${token.decimals} decimals, the pool says ${decimals}`
    }
  }
  return null
}

/** The verified list, then every other mint that a pool trades. */
export function tokensOf(pools: readonly PoolState[]): TokenInfo[] {
  const tokens = new Map<string, TokenInfo>(
    VERIFIED_TOKENS.map((token) => [token.mint, { ...token, verified: true }]),
  )
  for (const pool of pools) {
    for (const [mint, decimals] of mintsOf(pool)) {
      if (!tokens.has(mint)) tokens.set(mint, { mint, symbol: null, name: null, decimals, verified: false })
    }
  }
  return [...tokens.values()]
}

/** Symbol of a verified token, else the beginning of the mint: for people. */
export function tokenLabel(mint: string): string {
  return VERIFIED_TOKENS.find((token) => token.mint === mint)?.symbol ?? `${mint.slice(0, 4)}..`
}

function mintsOf(pool: PoolState): readonly (readonly [string, number])[] {
  return [
    [pool.mintA, pool.decimalsA],
    [pool.mintB, pool.decimalsB],
  ]
}
