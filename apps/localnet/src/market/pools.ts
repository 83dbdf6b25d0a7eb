import { createHash } from 'node:crypto'
import { encodeBase58, type PoolState, VENUES } from '@fillstream/core'
import { seededFraction } from './noise'
import { PAIRS, TOKEN_PRICES, type Pair } from './pairs'
import { type PriceProcess } from './price-process'

const PRICE_SCALE = 10n ** 18n

/**
 * The pools with which a new market begins: every venue has one of every pair, priced as the process has it at step 0.
 * Addresses and indexes are the same for every seed; the seed makes a pool up to a tenth deeper than its pair's depth.
 */
export function initialPools(seed: string, prices: PriceProcess, slot = 0n): PoolState[] {
  return PAIRS.flatMap((pair, place) =>
    VENUES.map((venue, column): PoolState => {
      const name = `${venue.name}:${pair.name}`
      const deeper = 1 + seededFraction(seed, `depth:${name}`) / 10
      const pool: PoolState = {
        address: addressOf(`pool:${name}`),
        index: place * VENUES.length + column + 1,
        venue: venue.name,
        curve: 'constantProduct',
        mintA: pair.base.mint,
        mintB: pair.quote.mint,
        vaultA: addressOf(`vault:${name}:${pair.base.symbol}`),
        vaultB: addressOf(`vault:${name}:${pair.quote.symbol}`),
        decimalsA: pair.base.decimals,
        decimalsB: pair.quote.decimals,
        reserveA: depthOf(pair, pair.base.symbol, pair.base.decimals, deeper),
        reserveB: depthOf(pair, pair.quote.symbol, pair.quote.decimals, deeper),
        protocolFeesA: 0n,
        protocolFeesB: 0n,
        feeRate: venue.feeRate,
        openTime: 0n,
        launch: null,
        slot,
      }
      return { ...pool, ...targetReserves(pool, prices.poolPrice(pair.name, venue.name, 0)) }
    }),
  )
}

/** The name of the pair that a pool trades (`SOL/USDC`), or null for a pool that the price process does not move. */
export function pairOf(pool: PoolState): string | null {
  const pair = PAIRS.find(({ base, quote }) => base.mint === pool.mintA && quote.mint === pool.mintB)
  return pair?.name ?? null
}

/**
 * The curve reserves at which the pool trades at `price` (B for one A, human decimals), as arbitrage would leave them:
 * the product stays, up to a rounding that is the pool's.
 */
export function targetReserves(pool: PoolState, price: number): { reserveA: bigint; reserveB: bigint } {
  const product = pool.reserveA * pool.reserveB
  const scaled = BigInt(Math.round(price * Number(PRICE_SCALE)))
  const reserveB = squareRoot(
    (product * scaled * 10n ** BigInt(pool.decimalsB)) / (PRICE_SCALE * 10n ** BigInt(pool.decimalsA)),
  )
  return { reserveA: (product + reserveB - 1n) / reserveB, reserveB }
}

function depthOf(pair: Pair, symbol: string, decimals: number, deeper: number): bigint {
  const usd = TOKEN_PRICES[symbol]?.usd ?? 1
  return BigInt(Math.round((pair.depthUsd * deeper) / usd)) * 10n ** BigInt(decimals)
}

function addressOf(name: string): string {
  return encodeBase58(createHash('sha256').update(`fillstream:${name}`).digest())
}

/** Floor of the square root, by Newton's method from above. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
