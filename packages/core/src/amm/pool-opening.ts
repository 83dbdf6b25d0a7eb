import { divide } from '../money/rounding'
import { type PoolState } from './pool-account'

/** True where the pool trades in `slot`, whose time is `now` (Unix seconds). A launched pool goes by its slot alone. */
export function isPoolOpen(pool: PoolState, slot: bigint, now: bigint): boolean {
  return pool.launch === null ? pool.openTime <= now : pool.launch.openSlot <= slot
}

/**
 * The pool with the trading fee that it takes in `slot`: a launch's fee falls in a straight line to the ordinary one,
 * `rate + ceil((launchRate - rate) * slotsLeft / feeSlots)`. Before the opening it is that of the opening.
 */
export function poolAsOf(pool: PoolState, slot: bigint): PoolState {
  const { launch } = pool
  if (launch === null || launch.feeRate <= pool.feeRate || launch.feeSlots === 0n) return pool
  const passed = slot > launch.openSlot ? slot - launch.openSlot : 0n
  if (passed >= launch.feeSlots) return pool
  const extra = divide((launch.feeRate - pool.feeRate) * (launch.feeSlots - passed), launch.feeSlots, 'up')
  return { ...pool, feeRate: pool.feeRate + extra }
}
