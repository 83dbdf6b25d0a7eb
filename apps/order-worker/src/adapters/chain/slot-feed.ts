import { type Clock } from '@fillstream/runtime'
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
 * Hears of every slot by subscription. While that is silent the node is asked every second instead, so that a broken
 * subscription costs time and nothing else.
 */
export function startSlotFeed(
  wsUrl: string,
  chain: Pick<ChainAccounts, 'slot'>,
  clock: Clock,
  onError: (error: unknown) => void,
): SlotFeed {
  const stopping = new AbortController()
  const waiters = new Set<Waiter>()
  let current: number | null = null
  let heardAt = -Infinity

  function hear(slot: number): void {
    heardAt = clock.monotonic()
    if (current !== null && slot <= current) return
    current = slot
    for (const waiter of [...waiters]) if (waiter.slot <= slot) waiter.done(heardAt)
  }

  async function subscribe(signal: AbortSignal): Promise<void> {
    const slots = await createSolanaRpcSubscriptions(wsUrl)
      .slotNotifications()
      .subscribe({ abortSignal: signal })
    for await (const { slot } of slots) hear(Number(slot))
    throw new Error('the slot subscription ended')
  }

  async function watchSilence(signal: AbortSignal): Promise<void> {
    const began = clock.monotonic()
    for (;;) {
      await clock.sleep(ASK_AFTER_MS, signal)
      const silentMs = clock.monotonic() - Math.max(heardAt, began)
      if (silentMs < ASK_AFTER_MS) continue
      const before = heardAt
      hear(await chain.slot())
      // What was asked for is no sign that the subscription lives.
      heardAt = before
      if (silentMs > RECONNECT_AFTER_MS) throw new Error(`no slot was told for ${Math.round(silentMs)} ms`)
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const session = new AbortController()
      const signal = AbortSignal.any([stopping.signal, session.signal])
      try {
        await Promise.race([subscribe(signal), watchSilence(signal)])
      } catch (error) {
        if (stopping.signal.aborted) return
        onError(error)
      } finally {
        session.abort()
      }
      await clock.sleep(RETRY_MS, stopping.signal).catch(() => undefined)
    }
  }
  const running = run()

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
      await running
    },
  }
}
