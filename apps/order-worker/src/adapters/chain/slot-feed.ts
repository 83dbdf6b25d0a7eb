import { startLoop, type Clock } from '@fillstream/runtime'
import { createSolanaRpcSubscriptions } from '@solana/kit'
import { type ChainAccounts } from './chain'

/** The chain's slots as they come. */
export interface SlotFeed {
  /** The last slot heard of; null before the first. */
  current(): number | null
  /** Resolves when `slot` has come, with when that was seen, on the monotonic clock. Rejects by the signal. */
  reach(slot: number, signal: AbortSignal): Promise<number>
  stop(): Promise<void>
}

/** Silence after which the node is asked, and after which the connection is made anew. */
const ASK_AFTER_MS = 1_000
const RECONNECT_AFTER_MS = 5_000
const RETRY_MS = 500

interface Waiter {
  readonly slot: number
  done(seenAt: number): void
}

/**
 * Hears of every slot by subscription and says so to `onSlot`. While that is silent the node is asked every second instead, so that a broken
 * subscription costs time and nothing else.
 */
export function startSlotFeed(
  wsUrl: string,
  chain: Pick<ChainAccounts, 'slot'>,
  clock: Clock,
  onError: (error: unknown) => void,
  onSlot: () => void = () => undefined,
): SlotFeed {
  const stopping = new AbortController()
  const waiters = new Set<Waiter>()
  let session = new AbortController()
  let sessionAt = clock.monotonic()
  let current: number | null = null
  /** When the last slot was heard of, and when one was last told by the subscription. */
  let heardAt = sessionAt
  let toldAt = sessionAt

  function hear(slot: number): void {
    heardAt = clock.monotonic()
    if (current !== null && slot <= current) return
    current = slot
    onSlot()
    for (const waiter of [...waiters]) if (waiter.slot <= slot) waiter.done(heardAt)
  }

  async function subscribe(): Promise<void> {
    session = new AbortController()
    sessionAt = clock.monotonic()
    const abortSignal = AbortSignal.any([stopping.signal, session.signal])
    const slots = await createSolanaRpcSubscriptions(wsUrl).slotNotifications().subscribe({ abortSignal })
    for await (const { slot } of slots) {
      toldAt = clock.monotonic()
      hear(Number(slot))
    }
    throw new Error('the slot subscription ended')
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await subscribe()
      } catch (error) {
        if (stopping.signal.aborted) return
        onError(error)
      }
      await clock.sleep(RETRY_MS, stopping.signal).catch(() => undefined)
    }
  }

  async function askWhereSilent(): Promise<void> {
    const now = clock.monotonic()
    if (now - toldAt < ASK_AFTER_MS) return
    if (now - Math.max(toldAt, sessionAt) > RECONNECT_AFTER_MS) session.abort()
    hear(await chain.slot())
  }

  const following = follow()
  const asking = startLoop(clock, ASK_AFTER_MS, askWhereSilent, onError)

  return {
    current: () => current,
    reach(slot, signal) {
      if (current !== null && current >= slot) return Promise.resolve(heardAt)
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiters.delete(waiter)
          signal.removeEventListener('abort', aborted)
        }
        const aborted = () => {
          leave()
          reject(signal.reason as Error)
        }
        const waiter: Waiter = {
          slot,
          done(seenAt) {
            leave()
            resolve(seenAt)
          },
        }
        if (signal.aborted) return aborted()
        signal.addEventListener('abort', aborted)
        waiters.add(waiter)
      })
    },
    async stop() {
      stopping.abort()
      await Promise.all([following, asking.stop()])
    },
  }
}
