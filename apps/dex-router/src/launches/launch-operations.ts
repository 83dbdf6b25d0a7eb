import {
  directRoute,
  ExecutionError,
  poolAsOf,
  rankQuotes,
  receiptOf,
  type TokenDecimals,
} from '@fillstream/core'
import { type Clock } from '@fillstream/runtime'
import { MAX_LAUNCHES, type LaunchEvent, type RouteReceipt } from '@fillstream/types'
import { type PoolBook } from '../book/pool-book'
import { isLaunched, isNews, launchEventOf } from './launch-event'

/** Launches of a token, or all that are news, newest first. */
export function launchesOf(book: PoolBook, mint: string | undefined): LaunchEvent[] {
  const slot = book.lastSlot() ?? 0n
  return book
    .all()
    .filter(isLaunched)
    .filter((pool) => (mint === undefined ? isNews(pool, slot) : pool.mintA === mint))
    .map(launchEventOf)
    .sort((one, other) => other.openSlot - one.openSlot)
    .slice(0, MAX_LAUNCHES)
}

/**
 * What `amount` of its quote token buys in a launched pool, as of the slot in which it opens or, if that has passed, the
 * last one. Throws an ExecutionError NO_ROUTE, VENUE_UNAVAILABLE or INSUFFICIENT_LIQUIDITY.
 */
export function quoteLaunch(book: PoolBook, clock: Clock, address: string, amount: bigint): RouteReceipt {
  if (book.status() !== 'live') throw new ExecutionError('VENUE_UNAVAILABLE', 'the pools are not up to date')
  const pool = book.byAddress(address)
  if (pool === undefined || !isLaunched(pool))
    throw new ExecutionError('NO_ROUTE', `pool ${address} is not one of a launch`)
  const last = book.lastSlot() ?? pool.slot
  const slot = last > pool.launch.openSlot ? last : pool.launch.openSlot
  const began = clock.monotonic()
  const result = directRoute(
    poolAsOf(pool, slot),
    { inputMint: pool.mintB, outputMint: pool.mintA, swapMode: 'ExactIn', amount },
    slot,
  )
  if (!result.ok)
    throw new ExecutionError(
      'INSUFFICIENT_LIQUIDITY',
      `the pool holds ${pool.reserveB} of ${pool.mintB}, too little or too much for ${amount}`,
    )
  const decimals: TokenDecimals = { inDecimals: pool.decimalsB, outDecimals: pool.decimalsA }
  const winner = { venue: pool.venue, route: result.route }
  const ranking = rankQuotes([{ ...winner, latencyMs: 0 }], decimals)
  return receiptOf(winner, ranking, decimals, {
    quotedAt: new Date(clock.now()),
    elapsedMs: Math.round((clock.monotonic() - began) * 10) / 10,
  })
}
