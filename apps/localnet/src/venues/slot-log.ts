import { type PoolState } from '@fillstream/core'

/** The pools that changed in a slot, as it left them. */
export interface ChangedPools {
  readonly slot: number
  readonly pools: readonly PoolState[]
}

/** A part of the log: `pools` are all pools as they stood before `from`, `items` what changed since then, to the end of `to`. */
export interface LoggedSlots {
  /** The slot that was asked for, or the oldest that is still known. */
  readonly from: number
  readonly to: number
  readonly pools: readonly PoolState[]
  readonly items: readonly ChangedPools[]
}

/**
 * What the pools were in the last slots that changed any, for whoever was away. It is kept in memory alone: a restart begins it
 * anew, at the slot it goes on from.
 */
export class SlotLog {
  private items: ChangedPools[] = []
  private readonly before: Map<string, PoolState>
  private lastSlot: number

  /** @param maxSlots slots with changes that are kept */
  constructor(
    pools: readonly PoolState[],
    private firstSlot: number,
    private readonly maxSlots: number,
  ) {
    this.before = byAddress(pools)
    this.lastSlot = firstSlot - 1
  }

  /** Adds the next slot. `undoneFrom`: the first of the slots before it that were rolled back; null where none was. */
  add(slot: number, pools: readonly PoolState[], undoneFrom: number | null): void {
    if (undoneFrom !== null) this.items = this.items.filter((item) => item.slot < undoneFrom)
    this.lastSlot = slot
    if (pools.length > 0) this.items.push({ slot, pools })
    if (this.items.length <= this.maxSlots) return
    const oldest = this.items.shift()
    for (const pool of oldest?.pools ?? []) this.before.set(pool.address, pool)
    this.firstSlot = (oldest?.slot ?? this.firstSlot) + 1
  }

  /** At most `limit` slots with changes, from `from` to `to` inclusive. */
  read(from: number, to: number, limit: number): LoggedSlots {
    const start = Math.max(from, this.firstSlot)
    const end = Math.min(to, this.lastSlot)
    const pools = new Map(this.before)
    for (const item of this.items) {
      if (item.slot >= start) break
      for (const pool of item.pools) pools.set(pool.address, pool)
    }
    const found = this.items.filter(({ slot }) => slot >= start && slot <= end)
    const items = found.slice(0, limit)
    return {
      from: start,
      to: found.length > items.length ? (items.at(-1)?.slot ?? start - 1) : end,
      pools: [...pools.values()],
      items,
    }
  }
}

function byAddress(pools: readonly PoolState[]): Map<string, PoolState> {
  return new Map(pools.map((pool) => [pool.address, pool]))
}
