import { inGroupsOf, type Order } from '@fillstream/core'
import { startLoop, type Loop } from '@fillstream/runtime'
import { MAX_LOOKUP, type FinalizedHeight } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { atMost } from './at-most'
import { resolveAttempt, type WatchedAttempt } from './resolve'
import { verdictOn, type Verdict } from './verdict'

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
const LOOK_UPS_AT_ONCE = 8
/** Of what one look-up shows, which shares statements and requests. */
const RESOLVING_AT_ONCE = 128
/** Look-ups whose outcomes are still being written; then the next turn waits for one of them. */
const PASSES_AT_ONCE = 8
const SENDING_AT_ONCE = 64

/** What an endpoint has taken is its own to land: it is handed over again more rarely, in case it lost it. */
const TAKEN_RESEND_FACTOR = 3

interface Entry {
  attempt: WatchedAttempt
  sentAt: number
  /** By the endpoint it was sent to last. */
  taken: boolean
  /** Those it was seen with, while their outcomes are being written. */
  resolving: readonly Known[] | null
  /** As it was when the attempt was submitted; null where that is not known, or no longer so. */
  order: Order | null
}

interface Known {
  readonly entry: Entry
  readonly verdict: Verdict
}

/** The genesis hash of an attempt is another chain's: nothing this chain says about it means anything. */
export class WrongChainError extends Error {
  override readonly name = 'WrongChainError'
}

export function startWatcher(engine: Engine, onWrongChain: (error: WrongChainError) => void): Watcher {
  const { clock, config, events } = engine
  const watched = new Map<string, Entry>()
  const resending = new Set<Promise<void>>()
  const passes = new Set<Promise<void>>()

  async function sendBytes(entry: Entry): Promise<void> {
    const { orderId, attempt, signature, signedTransaction } = entry.attempt
    const tell = entry.sentAt === -Infinity ? events.attemptSent : events.attemptSentAgain
    entry.sentAt = clock.monotonic()
    entry.taken = false
    try {
      await engine.settlement.submit(signedTransaction)
      entry.taken = true
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
    const entry: Entry = { attempt, sentAt: -Infinity, taken: false, resolving: null, order: null }
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

  /** As the node last said; null before it has. An older height proves less, never more: no look-up waits for a newer one. */
  let finalized: FinalizedHeight | null = null

  async function readFinalized(): Promise<void> {
    finalized = await engine.chain.finalizedHeight()
  }

  /** @param known read before this look-up */
  async function lookUp(entries: readonly Entry[], known: FinalizedHeight | null): Promise<void> {
    const answer = await engine.chain.statuses(entries.map(({ attempt }) => attempt.signature))
    const verdicts = entries.map((entry, i) => ({
      entry,
      verdict: verdictOn({
        lastValidBlockHeight: entry.attempt.lastValidBlockHeight,
        finalized: known,
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
    resolve(verdicts.filter(({ verdict }) => verdict.outcome !== 'unknown'))
  }

  /** The loop does not wait for these either: what takes long, a settlement to be read, must not keep the others from being looked at. */
  function resolve(known: readonly Known[]): void {
    if (known.length === 0) return
    for (const { entry } of known) entry.resolving = known
    const pass = atMost(RESOLVING_AT_ONCE, known, async ({ entry, verdict }) => {
      const { attempt, order } = entry
      // Of an order that someone else has moved, the step is refused; then it is read.
      entry.order = null
      const resolution = await resolveAttempt(engine, attempt, verdict, order)
      if (resolution === 'resolved') watched.delete(attempt.signature)
      // Looked at again next turn, whatever the others of this look-up still wait for.
      else entry.resolving = null
    })
      .catch(failed)
      .finally(() => {
        for (const { entry } of known) if (entry.resolving === known) entry.resolving = null
        passes.delete(pass)
        events.unresolved(watched.size)
      })
    passes.add(pass)
  }

  /** Nobody waits for these: an endpoint that takes nothing must not hold up what the chain has to say. Too many wait for a later turn. */
  function sendAgain(entries: readonly Entry[]): void {
    const now = clock.monotonic()
    for (const entry of entries) {
      if (resending.size >= SENDING_AT_ONCE) return
      const pause = config.RESEND_INTERVAL_MS * (entry.taken ? TAKEN_RESEND_FACTOR : 1)
      if (now - entry.sentAt < pause) continue
      const sent = sendBytes(entry).finally(() => resending.delete(sent))
      resending.add(sent)
    }
  }

  let takenAt = -Infinity
  let lookedAt = -Infinity
  /** Whether there is a reason to look: a slot, an attempt that was adopted. Looked at in between are few often, many rarely. */
  let due = true
  async function turn(signal: AbortSignal): Promise<void> {
    if (clock.monotonic() - takenAt > config.ATTEMPT_LEASE_MS / 3) {
      await takeOver()
      takenAt = clock.monotonic()
    }
    if (passes.size >= PASSES_AT_ONCE) await Promise.race(passes)
    const entries = [...watched.values()].filter(({ resolving }) => resolving === null)
    const lookUps = inGroupsOf(MAX_LOOKUP, entries)
    const pause = config.WATCH_INTERVAL_MS * lookUps.length
    if (!due && lookUps.length > 1 && clock.monotonic() - lookedAt < pause) return
    due = false
    if (lookUps.length === 0) return
    lookedAt = clock.monotonic()
    const known = finalized
    const reading = readFinalized()
    reading.catch(() => undefined)
    await atMost(LOOK_UPS_AT_ONCE, lookUps, async (some) => {
      if (!signal.aborted) await lookUp(some, known)
    })
    await reading
  }

  function failed(error: unknown): void {
    if (error instanceof WrongChainError) onWrongChain(error)
    else events.loopFailed('watching attempts', error)
  }

  const loop: Loop = startLoop(clock, config.WATCH_INTERVAL_MS, turn, failed)

  function lookNow(): void {
    due = true
    loop.wake()
  }

  return {
    send(attempt, order) {
      const entry = watch(attempt)
      // It may have been found in Postgres before, which does not hold all that its sender knows of it.
      entry.attempt = attempt
      entry.order = order
      return sendBytes(entry)
    },
    async adopt(orderId) {
      for (const attempt of await engine.store.attempts.ofOrder(orderId)) {
        const watchable = attempt.status === 'submitted' ? asWatched(attempt) : null
        if (watchable) watch(watchable)
      }
      lookNow()
    },
    slotSeen() {
      if (watched.size > 0) lookNow()
    },
    async close() {
      await loop.stop()
      await Promise.all([...resending, ...passes])
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
