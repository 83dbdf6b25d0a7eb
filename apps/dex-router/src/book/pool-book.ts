import { isPoolOpen, poolAsOf, poolTrades, type PoolState } from '@fillstream/core'
import { type Clock } from '@fillstream/runtime'

/** How far the book can be trusted: `empty` before the first read, `stale` when the chain has gone silent. */
export type BookStatus = 'live' | 'stale' | 'empty'

/** Who wants to know what the book is told. */
export interface BookListener {
  /** A pool is new or has changed, as seen at `slot`. */
  poolChanged(pool: PoolState, slot: bigint): void
  slotSeen(slot: bigint): void
}

/**
 * The pools as the chain last told them, newest slot wins. A session is one unbroken stretch of following: what was
 * known before it may have missed changes, so it gives way to whatever the session says, even from a lower slot (a
 * chain that began anew).
 */
export class PoolBook {
  private readonly pools = new Map<
    string,
    { readonly pool: PoolState; readonly slot: bigint; readonly session: number }
  >()
  private readonly byPair = new Map<string, Set<string>>()
  private readonly listeners = new Set<BookListener>()
  private session = 0
  private complete = false
  private slot: bigint | null = null
  private slotSeenAt = -Infinity

  constructor(
    private readonly clock: Clock,
    private readonly staleMs: number,
  ) {}

  /** Tells `listener` from now on; the returned function ends that. */
  listen(listener: BookListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Counts the unbroken stretches of following. */
  get sessions(): number {
    return this.session
  }

  /** From here on only what is told now counts as fresh. */
  beginSession(): void {
    this.session += 1
    this.slot = null
  }

  /** A change of one pool, seen at `slot`. An older one than what this session has told is dropped. */
  update(pool: PoolState, slot: bigint): void {
    const known = this.pools.get(pool.address)
    if (known !== undefined && known.session === this.session && known.slot > slot) return
    this.put(pool, slot)
  }

  /** All pools of one venue as they stood at `slot`; those that are gone are forgotten. */
  replaceVenue(venue: string, pools: readonly PoolState[], slot: bigint): void {
    for (const pool of pools) {
      const known = this.pools.get(pool.address)
      // Of a change and a snapshot of one slot the snapshot may be the older: the change stays.
      if (known === undefined || known.session !== this.session || known.slot < slot) this.put(pool, slot)
    }
    const present = new Set(pools.map((pool) => pool.address))
    for (const [address, known] of this.pools) {
      if (known.pool.venue === venue && known.session !== this.session && !present.has(address))
        this.remove(address)
    }
  }

  /** Every venue has been read in this session: quotes may come from the book. */
  markComplete(): void {
    this.complete = true
  }

  /** The chain has reached this slot. */
  seeSlot(slot: bigint): void {
    if (this.slot === null || slot > this.slot) this.slot = slot
    this.slotSeenAt = this.clock.monotonic()
    for (const listener of this.listeners) listener.slotSeen(this.slot)
  }

  /** Pools of a venue that trade these mints. */
  trading(venue: string, inputMint: string, outputMint: string): PoolState[] {
    const found: PoolState[] = []
    for (const address of this.byPair.get(pairKey(inputMint, outputMint)) ?? []) {
      const pool = this.pools.get(address)?.pool
      if (pool !== undefined && pool.venue === venue && poolTrades(pool, inputMint, outputMint))
        found.push(pool)
    }
    return found
  }

  /** Pools of any venue that trade these mints and are open, with the fees that they take now. */
  tradable(inputMint: string, outputMint: string): PoolState[] {
    return this.ofPair(inputMint, outputMint).flatMap((pool) => this.asItTrades(pool) ?? [])
  }

  /** The pool with the fee that it takes now; null where it is not open yet. */
  asItTrades(pool: PoolState): PoolState | null {
    const slot = this.slot ?? pool.slot
    const now = BigInt(Math.floor(this.clock.now() / 1_000))
    return isPoolOpen(pool, slot, now) ? poolAsOf(pool, slot) : null
  }

  /** Pools of any venue that trade these mints, open or not. */
  ofPair(one: string, other: string): PoolState[] {
    return [...(this.byPair.get(pairKey(one, other)) ?? [])].flatMap(
      (address) => this.byAddress(address) ?? [],
    )
  }

  byAddress(address: string): PoolState | undefined {
    return this.pools.get(address)?.pool
  }

  /** Every pool, by index. */
  all(): PoolState[] {
    return [...this.pools.values()].map(({ pool }) => pool).sort((one, other) => one.index - other.index)
  }

  /** The last slot seen, null before the first of this session. */
  lastSlot(): bigint | null {
    return this.slot
  }

  /** Milliseconds since the chain last said anything of its slots. */
  ageMs(): number {
    return this.clock.monotonic() - this.slotSeenAt
  }

  status(): BookStatus {
    if (!this.complete) return 'empty'
    return this.ageMs() > this.staleMs ? 'stale' : 'live'
  }

  private put(pool: PoolState, slot: bigint): void {
    this.pools.set(pool.address, { pool, slot, session: this.session })
    const key = pairKey(pool.mintA, pool.mintB)
    const addresses = this.byPair.get(key)
    if (addresses === undefined) this.byPair.set(key, new Set([pool.address]))
    else addresses.add(pool.address)
    for (const listener of this.listeners) listener.poolChanged(pool, slot)
  }

  private remove(address: string): void {
    const pool = this.pools.get(address)?.pool
    if (pool === undefined) return
    this.pools.delete(address)
    const key = pairKey(pool.mintA, pool.mintB)
    const addresses = this.byPair.get(key)
    addresses?.delete(address)
    if (addresses?.size === 0) this.byPair.delete(key)
  }
}

function pairKey(one: string, other: string): string {
  return one < other ? `${one}:${other}` : `${other}:${one}`
}
