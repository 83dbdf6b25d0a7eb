import { AddressBook, decodePool, messageOf, VENUES, type PoolState, type Venue } from '@fillstream/core'
import { type Clock, type Random } from '@fillstream/runtime'
import { type AccountChange, type PoolChain, type ProgramAccount } from '../adapters/chain/pool-chain'
import { type SettlementDirectory, type VenueApi } from '../adapters/venue-api/venue-api'
import { within } from '../deadline'
import { type RouterEvents } from '../events'
import { type PoolBook } from './pool-book'
import { contradictsTokenList } from './token-list'

/** What building a settlement needs beside the pools. */
export interface Settlement extends SettlementDirectory {
  /** Lamports that keep a token account alive. */
  readonly tokenAccountRent: bigint
}

export interface Follower {
  /** As of the last connection; null before the first. */
  settlement(): Settlement | null
  stop(): Promise<void>
}

export interface FollowerParts {
  readonly chain: PoolChain
  readonly venueApi: VenueApi
  readonly book: PoolBook
  readonly clock: Clock
  readonly random: Random
  readonly events: RouterEvents
  /** Silence of the slots after which the connection is given up. */
  readonly staleMs: number
  readonly retryMs: number
  readonly retryMaxMs: number
}

const ANSWER_MS = 5_000

/**
 * Keeps the book in step with the chain: subscribes first, then reads everything, so that no change falls between; after
 * any gap (connection lost, slots silent) it does both again, waiting longer each time that fails.
 */
export function startFollower(parts: FollowerParts): Follower {
  const { book, clock, random, events } = parts
  const addresses = new AddressBook()
  const nameOf = (bytes: Uint8Array) => addresses.nameOf(bytes)
  const stopping = new AbortController()
  let current = new AbortController()
  let settlement: Settlement | null = null
  let failures = 0

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      current = new AbortController()
      try {
        await followOnce(parts, current.signal, (read) => {
          settlement = read
          failures = 0
        })
      } catch (error) {
        if (stopping.signal.aborted) return
        events.followingLost(messageOf(error))
      } finally {
        current.abort()
      }
      const wait = Math.min(parts.retryMaxMs, parts.retryMs * 2 ** Math.min(failures, 16))
      failures += 1
      await clock.sleep(wait * (0.5 + random.next() / 2), stopping.signal).catch(() => undefined)
    }
  }
  const running = run()
  return {
    settlement: () => settlement,
    async stop() {
      stopping.abort()
      current.abort()
      await running
    },
  }

  async function followOnce(
    { chain, venueApi, staleMs }: FollowerParts,
    signal: AbortSignal,
    onLive: (read: Settlement) => void,
  ): Promise<never> {
    const answered = <Result>(what: string, work: (unwanted: AbortSignal) => Promise<Result>) =>
      within(clock, ANSWER_MS, what, work)
    const [directory, tokenAccountRent] = await Promise.all([
      answered('the venue API', (unwanted) => venueApi.readDirectory(unwanted)),
      answered('the chain', (unwanted) => chain.readTokenAccountRent(unwanted)),
    ])
    const slots = await answered('subscribing to slots', () => chain.subscribeSlots(signal))
    const changes = await Promise.all(
      VENUES.map(async (venue) => ({
        venue,
        changes: await answered(`subscribing to ${venue.name}`, () =>
          chain.subscribeProgram(venue.programId, signal),
        ),
      })),
    )
    book.beginSession()
    const ended = Promise.race([
      watchSlots(slots),
      ...changes.map((entry) => watchChanges(entry.venue, entry.changes)),
      watchSilence(staleMs, signal),
    ])
    const read = Promise.all(
      VENUES.map(async (venue) => {
        const { slot, accounts } = await answered(`reading ${venue.name}`, (unwanted) =>
          chain.readProgramAccounts(venue.programId, unwanted),
        )
        book.replaceVenue(
          venue.name,
          accounts.flatMap((account) => poolIn(venue, account) ?? []),
          slot,
        )
        book.seeSlot(slot)
      }),
    )
    await Promise.race([ended, read])
    book.markComplete()
    onLive({ ...directory, tokenAccountRent })
    events.followingLive(book.all().length, book.lastSlot())
    return ended
  }

  async function watchSlots(slots: AsyncIterable<bigint>): Promise<never> {
    for await (const slot of slots) book.seeSlot(slot)
    throw new Error('the slot subscription ended')
  }

  async function watchChanges(venue: Venue, changes: AsyncIterable<AccountChange>): Promise<never> {
    for await (const change of changes) {
      const pool = poolIn(venue, change)
      if (pool !== null) book.update(pool, change.slot)
    }
    throw new Error(`the subscription to ${venue.name} ended`)
  }

  async function watchSilence(staleMs: number, signal: AbortSignal): Promise<never> {
    for (;;) {
      await clock.sleep(staleMs, signal)
      if (book.ageMs() > staleMs) throw new Error(`no slot was seen for ${Math.round(book.ageMs())} ms`)
    }
  }

  function poolIn(venue: Venue, account: ProgramAccount): PoolState | null {
    const pool = decodePool(account.data, { address: account.address, venue: venue.name }, nameOf)
    if (pool === null) return null
    const contradiction = contradictsTokenList(pool)
    if (contradiction === null) return pool
    events.poolRefused(pool.address, contradiction)
    return null
  }
}
