import type { Launch, Price } from '../model/market'
import type { Subscription } from './connection'
import type { Stream } from './stream'
import { watch } from './watch'

/** A price that nobody has read when the next one comes is worth nothing. */
const MAX_WAITING_PRICES = 1
/** Launches that wait for a slow reader; beyond it the oldest go, as the server could not replay them all. */
const MAX_WAITING_LAUNCHES = 1_024
/** Pools remembered as told: more than the server can tell again after an outage. */
const MAX_KNOWN_POOLS = 2_000

/**
 * What a pair can be traded at, the last price first, in rising slots.
 * @param pairId resolves to `<inputMint>-<outputMint>`
 */
export function watchPrices(
  stream: Stream,
  pairId: (signal: AbortSignal) => Promise<string>,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<Price> {
  let slot = -1
  return watch<Price>({
    stream,
    signal,
    maxWaiting: MAX_WAITING_PRICES,
    whenFull: 'dropOldest',
    subscription: async (queue, left): Promise<Subscription<'prices'>> => {
      const take = (price: Price) => {
        if (price.slot <= slot) return 'repeat'
        slot = price.slot
        queue.push(price)
        return 'taken'
      }
      return {
        channel: 'prices',
        id: await pairId(left),
        position: () => ({}),
        subscribed: ({ price }) => (price === null ? 'repeat' : take(price)),
        event: ({ data }) => take(data),
        failed: (error) => queue.fail(error),
      }
    },
  })
}

/** The launches of new tokens, the last ones first, each once. */
export function watchLaunches(
  stream: Stream,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<Launch> {
  const known = new Set<string>()
  return watch<Launch>({
    stream,
    signal,
    maxWaiting: MAX_WAITING_LAUNCHES,
    whenFull: 'dropOldest',
    subscription: (queue): Subscription<'pools'> => {
      const take = (launch: Launch) => {
        if (known.has(launch.pool)) return 'repeat'
        known.add(launch.pool)
        const [oldest] = known
        if (known.size > MAX_KNOWN_POOLS && oldest !== undefined) known.delete(oldest)
        queue.push(launch)
        return 'taken'
      }
      return {
        channel: 'pools',
        id: null,
        position: () => ({}),
        subscribed: ({ launches }) => (launches.map(take).includes('taken') ? 'taken' : 'repeat'),
        event: ({ data }) => take(data),
        failed: (error) => queue.fail(error),
      }
    },
  })
}
