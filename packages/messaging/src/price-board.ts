import {
  lastPricesKey,
  pairId,
  priceEventSchema,
  priceLeaseKey,
  priceSlotsKey,
  pricesStream,
  type PriceEvent,
} from '@fillstream/types'
import { type Redis } from 'ioredis'
import { RELEASE_LEASE } from './lease'

/** Two tokens, in the order of their mints: prices of both directions belong together. */
export interface TokenPair {
  readonly mintA: string
  readonly mintB: string
}

/** A price both ways, of one slot. */
export interface PairPrices {
  readonly pair: TokenPair
  readonly slot: number
  readonly events: readonly PriceEvent[]
}

export interface HeldPair {
  readonly held: boolean
  /** The slot of the pair's last price on this chain; null where there is none. */
  readonly lastSlot: number | null
}

/** Where prices are published: one publisher a pair at a time, and only rising slots. All calls reject while Redis is away. */
export interface PriceBoard {
  /** Takes the pairs that nobody publishes for `leaseMs`, and renews those of `owner`. */
  hold(owner: string, pairs: readonly TokenPair[], leaseMs: number): Promise<HeldPair[]>
  /** Gives up what `owner` holds, so that another copy need not wait. */
  release(owner: string, pairs: readonly TokenPair[]): Promise<void>
  /** True where `owner` holds the pair and the slot is later than its last. */
  publish(owner: string, prices: readonly PairPrices[]): Promise<boolean[]>
}

/** KEYS: lease, slots. ARGV: owner, lease ms, slot field. */
const HOLD = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {0, false} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, redis.call('HGET', KEYS[2], ARGV[3])}
`

/** KEYS: lease, slots, stream, last prices. ARGV: owner, slot field, slot, stream length, then pair id and event by turns. */
const PUBLISH = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '-1') >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
for i = 5, #ARGV, 2 do
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', 'p', ARGV[i + 1])
  redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
end
return 1
`

/** What a reader that was away can still read up on: some minutes of a market that moves every slot. */
const STREAM_LENGTH = 10_000

/** @param genesisHash the chain that the slots are of: those of another one begin anew */
export function createPriceBoard(
  redis: Redis,
  { prefix, genesisHash }: { readonly prefix: string; readonly genesisHash: string },
): PriceBoard {
  const leaseOf = ({ mintA, mintB }: TokenPair) => priceLeaseKey(prefix, mintA, mintB)
  const slotField = ({ mintA, mintB }: TokenPair) => `${mintA}-${mintB}`
  const slots = priceSlotsKey(prefix, genesisHash)
  return {
    async hold(owner, pairs, leaseMs) {
      const pipeline = redis.pipeline()
      for (const pair of pairs) pipeline.eval(HOLD, 2, leaseOf(pair), slots, owner, leaseMs, slotField(pair))
      const replies = await answersOf<[number, string | null]>(pipeline)
      return replies.map(([held, slot]) => ({
        held: held === 1,
        lastSlot: slot === null ? null : Number(slot),
      }))
    },
    async release(owner, pairs) {
      const pipeline = redis.pipeline()
      for (const pair of pairs) pipeline.eval(RELEASE_LEASE, 1, leaseOf(pair), owner)
      await answersOf(pipeline)
    },
    async publish(owner, prices) {
      const pipeline = redis.pipeline()
      for (const { pair, slot, events } of prices) {
        const keys = [leaseOf(pair), slots, pricesStream(prefix), lastPricesKey(prefix)]
        const fields = events.flatMap((event) => [pairId(event), JSON.stringify(event)])
        pipeline.eval(PUBLISH, 4, ...keys, owner, slotField(pair), slot, STREAM_LENGTH, ...fields)
      }
      return (await answersOf<number>(pipeline)).map((published) => published === 1)
    },
  }
}

async function answersOf<Answer>(pipeline: ReturnType<Redis['pipeline']>): Promise<Answer[]> {
  const replies = (await pipeline.exec()) ?? []
  return replies.map(([error, answer]) => {
    if (error) throw error
    return answer as Answer
  })
}

/** The last price of each pair, as far as it is known. */
export interface LastPrices {
  /** By {@link pairId}; null where the pair has no price yet. Rejects while Redis is away. */
  get(id: string): Promise<PriceEvent | null>
  all(): Promise<PriceEvent[]>
}

export function createLastPrices(redis: Redis, prefix: string): LastPrices {
  const key = lastPricesKey(prefix)
  return {
    async get(id) {
      const text = await redis.hget(key, id)
      return text === null ? null : parsePrice(text)
    },
    async all() {
      return (await redis.hvals(key)).map(parsePrice).filter((event) => event !== null)
    },
  }
}

/** A price event from its JSON; null where it is none (it is skipped, never fatal). */
export function parsePrice(text: string): PriceEvent | null {
  try {
    const parsed = priceEventSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
