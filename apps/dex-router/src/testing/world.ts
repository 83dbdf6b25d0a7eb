import { encodePool, venueByName, type PoolState, type VenueName } from '@fillstream/core'
import { createLogger, createMetrics, type Metrics } from '@fillstream/runtime'
import { type AccountChange, type PoolChain, type ProgramAccount } from '../adapters/chain/pool-chain'
import { type VenueApi } from '../adapters/venue-api/venue-api'
import { createRouterEvents, type RouterEvents } from '../events'

export const SOL = 'So11111111111111111111111111111111111111112'
export const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
export const JUP = 'JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN'

/** A pool of SOL and USDC at 150, a million SOL deep; its address is its venue's program. */
export function solPool(venue: VenueName, change: Partial<PoolState> = {}): PoolState {
  const { programId, feeRate } = venueByName(venue)
  return {
    address: programId,
    index: 1,
    venue,
    curve: 'constantProduct',
    mintA: SOL,
    mintB: USDC,
    vaultA: SOL,
    vaultB: USDC,
    decimalsA: 9,
    decimalsB: 6,
    reserveA: 10n ** 15n,
    reserveB: 150n * 10n ** 12n,
    protocolFeesA: 0n,
    protocolFeesB: 0n,
    feeRate,
    openTime: 0n,
    launch: null,
    slot: 1n,
    ...change,
  }
}

export function silentEvents(
  metrics: Metrics = createMetrics('test', { processMetrics: false }),
): RouterEvents {
  return createRouterEvents({ logger: createLogger({ service: 'test', level: 'silent' }), metrics })
}

/** Items that a test hands out one by one; ends or fails when told, or by the signal. */
class Feed<Item> implements AsyncIterable<Item> {
  private readonly items: Item[] = []
  private wake: () => void = () => undefined
  private failure: Error | null = null
  private ended = false

  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => this.end())
  }

  push(item: Item): void {
    this.items.push(item)
    this.wake()
  }

  fail(error: Error): void {
    this.failure = error
    this.wake()
  }

  end(): void {
    this.ended = true
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Item> {
    for (;;) {
      const item = this.items.shift()
      if (item !== undefined) yield item
      else if (this.failure !== null) throw this.failure
      else if (this.ended) return
      else await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}

/** A Solana node and its venues' endpoint, played by the test: the outside world of the follower. */
export class FakeChain implements PoolChain, VenueApi {
  readonly pools = new Map<string, PoolState>()
  slot = 100n
  away = false
  sessions = 0
  private slots: Feed<bigint> | null = null
  private readonly changes = new Map<string, Feed<AccountChange>>()

  set(pool: PoolState): void {
    this.pools.set(pool.address, pool)
  }

  tick(): void {
    this.slot += 1n
    this.slots?.push(this.slot)
  }

  /** Changes a pool and tells it, as a landed swap would. */
  change(pool: PoolState, slot = this.slot): void {
    this.set(pool)
    this.changes.get(venueByName(pool.venue).programId)?.push({ slot, ...accountOf(pool) })
  }

  breakConnection(): void {
    const failure = new Error('the socket closed')
    this.slots?.fail(failure)
    for (const feed of this.changes.values()) feed.fail(failure)
  }

  readDirectory() {
    return this.answer(() => ({
      genesisHash: 'genesis',
      routerAuthority: USDC,
      payoutAccounts: { [USDC]: SOL },
    }))
  }

  readTokenAccountRent() {
    return this.answer(() => 2_039_280n)
  }

  subscribeSlots(signal: AbortSignal) {
    return this.answer(() => {
      this.sessions += 1
      return (this.slots = new Feed(signal))
    })
  }

  subscribeProgram(program: string, signal: AbortSignal) {
    return this.answer(() => {
      const feed = new Feed<AccountChange>(signal)
      this.changes.set(program, feed)
      return feed
    })
  }

  readProgramAccounts(program: string) {
    return this.answer(() => ({
      slot: this.slot,
      accounts: [...this.pools.values()]
        .filter((pool) => venueByName(pool.venue).programId === program)
        .map(accountOf),
    }))
  }

  private answer<Result>(make: () => Result): Promise<Result> {
    return this.away ? Promise.reject(new Error('connection refused')) : Promise.resolve(make())
  }
}

function accountOf(pool: PoolState): ProgramAccount {
  return { address: pool.address, data: encodePool(pool) }
}
