import { priceLadder, type PoolState } from '@fillstream/core'
import { type PairPrices, type TokenPair } from '@fillstream/messaging'

/** The pair that a pool trades, and the key it is known by. */
export function pairOf({ mintA, mintB }: Pick<PoolState, 'mintA' | 'mintB'>): TokenPair {
  return mintA < mintB ? { mintA, mintB } : { mintA: mintB, mintB: mintA }
}

export function pairKeyOf({ mintA, mintB }: TokenPair): string {
  return `${mintA}-${mintB}`
}

/** What the pair can be traded at over these pools, both ways. */
export function pairPrices(
  pair: TokenPair,
  pools: readonly PoolState[],
  slot: number,
  at: string,
): PairPrices {
  const oneWay = (inputMint: string, outputMint: string) => ({
    inputMint,
    outputMint,
    slot,
    at,
    ...priceLadder(pools, inputMint, outputMint),
  })
  return { pair, slot, events: [oneWay(pair.mintA, pair.mintB), oneWay(pair.mintB, pair.mintA)] }
}
