import { type PoolLaunch, type PoolState } from '@fillstream/core'
import { type LaunchEvent } from '@fillstream/types'

/** A pool of a new token. */
export type LaunchedPool = PoolState & { readonly launch: PoolLaunch }

export function isLaunched(pool: PoolState): pool is LaunchedPool {
  return pool.launch !== null
}

/** Slots after the opening in which a launch is still news. */
const NEWS_SLOTS = 750n

/** Whether a launch is to come, or happened a short while ago, seen from `slot`. */
export function isNews({ launch }: LaunchedPool, slot: bigint): boolean {
  return slot <= launch.openSlot + NEWS_SLOTS
}

/** The wire form of a launch. */
export function launchEventOf(pool: LaunchedPool): LaunchEvent {
  const { launch } = pool
  return {
    pool: pool.address,
    venue: pool.venue,
    mint: pool.mintA,
    decimals: pool.decimalsA,
    quoteMint: pool.mintB,
    openSlot: Number(launch.openSlot),
    openTime: pool.openTime === 0n ? null : new Date(Number(pool.openTime) * 1_000).toISOString(),
    quoteReserve: pool.reserveB.toString(),
    slot: Number(pool.slot),
    creator: launch.creator,
  }
}
