import { type Order } from '@fillstream/core'
import { startLoop, type Loop } from '@fillstream/runtime'
import { MAX_LOOKUP } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { atMost } from './at-most'
import { resolveAttempt, type WatchedAttempt } from './resolve'
import { verdictOn } from './verdict'

/** Looks after signed attempts until the chain has said what became of them. */
export interface Watcher {
  /**
   * Sends a new attempt's bytes, which are durable, and watches it. Never rejects: an unknown outcome is watched.
   * @param order as the submission left it: it need not be read again when the chain has spoken
   */
  send(attempt: WatchedAttempt, order: Order): Promise<void>
  /** Takes the unresolved attempt of an order under watch. */
  adopt(orderId: string): Promise<void>
  /** A slot has come: what it shows of those under watch is looked at now instead of at the next interval. */
  slotSeen(): void
  close(): Promise<void>
}

const TAKE_LIMIT = 5_000
/** All that a slot confirms: what they append shares statements, and what they ask the node shares requests. */
const RESOLVING_AT_ONCE = 128
const SENDING_AT_ONCE = 64

interface Entry {
  readonly attempt: WatchedAttempt
  sentAt: number
  /** As it was when the attempt was submitted; null where that is not known, or no longer so. */
  order: Order | null
}

/** The genesis hash of an attempt is another chain's: nothing this chain says about it means anything. */
export class WrongChainError extends Error {
  override readonly name = 'WrongChainError'
}

export function startWatcher(engine: Engine, onWrongChain: (error: WrongChainError) => void): Watcher {
  const { clock, config, events } = engine
  const watched = new Map<string, Entry>()
  const resending = new Set<Promise<void>>()

  async function sendBytes(entry: Entry): Promise<void> {
    const { orderId, attempt, signature, signedTransaction } = entry.attempt
    const tell = entry.sentAt === -Infinity ? events.attemptSent : events.attemptSentAgain
    entry.sentAt = clock.monotonic()
    try {
      await engine.settlement.submit(signedTransaction)
      engine.checkpoint('transaction.sent')
      tell(orderId, attempt, signature)
    } catch (error) {
      events.sendFailed(orderId, attempt, error)
    }
  }

  function watch(attempt: WatchedAttempt): Entry {
    if (attempt.genesisHash !== engine.genesisHash) {
      throw new WrongChainError(
        `attempt ${attempt.attempt} of order ${attempt.orderId} was signed for another chain (genesis ${attempt.genesisHash}, this node's is ${engine.genesisHash}): point CHAIN_RPC_URL at the chain that this database belongs to`,
      )
    }
    const known = watched.get(attempt.signature)
    if (known) return known
    const entry: Entry = { attempt, sentAt: -Infinity, order: null }
    watched.set(attempt.signature, entry)
    events.unresolved(watched.size)
    return entry
  }

  /** Attempts that no live copy looks after, and those of ours: their leases are taken or renewed. */
  async function takeOver(): Promise<void> {
    const attempts = await engine.store.attempts.takeUnresolved(
      engine.owner,
      config.ATTEMPT_LEASE_MS,
      TAKE_LIMIT,
    )
    if (attempts.length > 0) engine.checkpoint('watch.leased')
    for (const attempt of attempts) {
      const watchable = asWatched(attempt)
      if (watchable) watch(watchable)
    }
  }

  async function lookUp(entries: readonly Entry[]): Promise<void> {
    const finalized = await engine.chain.finalizedHeight()
    const answer = await engine.chain.statuses(entries.map(({ attempt }) => attempt.signature))
    const verdicts = entries.map((entry, i) => ({
      entry,
      verdict: verdictOn({
        lastValidBlockHeight: entry.attempt.lastValidBlockHeight,
        finalized,
        answeredAtSlot: answer.slot,
        status: answer.statuses[i] ?? null,
        commitment: config.CONFIRM_COMMITMENT,
      }),
      seen: (answer.statuses[i] ?? null) !== null,
    }))
    sendAgain(
      verdicts
        .filter(({ verdict, seen }) => !seen && verdict.outcome === 'unknown')
        .map(({ entry }) => entry),
    )
    const known = verdicts.filter(({ verdict }) => verdict.outcome !== 'unknown')
    await atMost(RESOLVING_AT_ONCE, known, async ({ entry, verdict }) => {
      const { attempt, order } = entry
      // Of an order that someone else has moved, the step is refused; then it is read.
      entry.order = null
      if ((await resolveAttempt(engine, attempt, verdict, order)) === 'resolved')
        watched.delete(attempt.signature)
    })
    events.unresolved(watched.size)
  }

  /** Nobody waits for these: an endpoint that takes nothing must not hold up what the chain has to say. Too many wait for a later turn. */
  function sendAgain(entries: readonly Entry[]): void {
    const stale = clock.monotonic() - config.RESEND_INTERVAL_MS
    for (const entry of entries) {
      if (resending.size >= SENDING_AT_ONCE) return
      if (entry.sentAt > stale) continue
      const sent = sendBytes(entry).finally(() => resending.delete(sent))
      resending.add(sent)
    }
  }

  let takenAt = -Infinity
  async function turn(signal: AbortSignal): Promise<void> {
    if (clock.monotonic() - takenAt > config.ATTEMPT_LEASE_MS / 3) {
      await takeOver()
      takenAt = clock.monotonic()
    }
    const entries = [...watched.values()]
    for (let at = 0; at < entries.length && !signal.aborted; at += MAX_LOOKUP)
      await lookUp(entries.slice(at, at + MAX_LOOKUP))
  }

  function failed(error: unknown): void {
    if (error instanceof WrongChainError) onWrongChain(error)
    else events.loopFailed('watching attempts', error)
  }

  const loop: Loop = startLoop(clock, config.WATCH_INTERVAL_MS, turn, failed)

  return {
    send(attempt, order) {
      const entry = watch(attempt)
      entry.order = order
      return sendBytes(entry)
    },
    async adopt(orderId) {
      for (const attempt of await engine.store.attempts.ofOrder(orderId)) {
        const watchable = attempt.status === 'submitted' ? asWatched(attempt) : null
        if (watchable) watch(watchable)
      }
      loop.wake()
    },
    slotSeen() {
      if (watched.size > 0) loop.wake()
    },
    async close() {
      await loop.stop()
      await Promise.all(resending)
      await engine.store.attempts.releaseLeases(engine.owner).catch(() => undefined)
    },
  }
}

type StoredAttempt = Awaited<ReturnType<Engine['store']['attempts']['ofOrder']>>[number]

function asWatched(attempt: StoredAttempt): WatchedAttempt | null {
  const { signature, signedTransaction, lastValidBlockHeight, genesisHash } = attempt
  if (
    signature === null ||
    signedTransaction === null ||
    lastValidBlockHeight === null ||
    genesisHash === null
  )
    return null
  return {
    orderId: attempt.orderId,
    attempt: attempt.attempt,
    signature,
    signedTransaction,
    lastValidBlockHeight,
    genesisHash,
    reference: attempt.reference,
  }
}
