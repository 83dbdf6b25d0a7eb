import { type PoolState } from '@fillstream/core'
import { pairOf, targetReserves } from '../market/pools'
import { type PriceProcess, stepAt } from '../market/price-process'
import { type Facts } from '../storage/facts'
import { type Bank } from '../tokens/bank'
import { type PoolBook } from './pool-book'

const BPS = 10_000

/**
 * Trades every pool back to its price, once a market step, from the market's own wallet: what goes into a vault leaves
 * that wallet, and the other way round. Where the wallet runs dry the bank refills it.
 */
export class MarketMaker {
  private step = -1

  constructor(
    private readonly pools: PoolBook,
    private readonly bank: Bank,
    private readonly facts: Facts,
    private readonly prices: PriceProcess,
    private readonly slotMs: number,
    /** The market wallet's token account of a mint. */
    private readonly accountOf: (mint: string) => string,
  ) {}

  /** Moves all pools, in the first slot of each market step. */
  advance(slot: number): void {
    const step = stepAt(BigInt(slot), this.slotMs)
    if (step === this.step) return
    this.step = step
    for (const pool of this.pools.all()) this.settle(pool, slot)
  }

  /** Moves one pool's price by `bps` against the market's, for good; throws a RangeError where nothing is left of it. */
  shift(pool: PoolState, bps: number, slot: number): void {
    const factor = this.shiftOf(pool) * (1 + bps / BPS)
    if (!(factor > 0.000_1 && factor < 10_000)) throw new RangeError('the price would leave all reason')
    this.facts.set(shiftFact(pool), String(factor))
    this.step = stepAt(BigInt(slot), this.slotMs)
    this.settle(pool, slot)
  }

  private settle(pool: PoolState, slot: number): void {
    const pair = pairOf(pool)
    if (pair === null) return
    const price = this.prices.poolPrice(pair, pool.venue, this.step) * this.shiftOf(pool)
    const target = targetReserves(pool, price)
    if (target.reserveA === pool.reserveA && target.reserveB === pool.reserveB) return
    this.trade(pool.mintA, pool.vaultA, target.reserveA - pool.reserveA)
    this.trade(pool.mintB, pool.vaultB, target.reserveB - pool.reserveB)
    this.pools.update({ ...pool, ...target, slot: BigInt(slot) })
  }

  private trade(mint: string, vault: string, amount: bigint): void {
    const wallet = this.accountOf(mint)
    const missing = amount - this.bank.balance(wallet)
    if (missing > 0n) this.bank.grantTokens(wallet, missing)
    this.bank.move(wallet, vault, amount)
  }

  private shiftOf(pool: PoolState): number {
    return Number(this.facts.get(shiftFact(pool)) ?? 1)
  }
}

function shiftFact(pool: PoolState): string {
  return `shift:${pool.address}`
}
