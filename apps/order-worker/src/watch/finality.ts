import { inGroupsOf, type Attempt } from '@fillstream/core'
import { type OrderCache } from '@fillstream/messaging'
import { startLoop, type Loop } from '@fillstream/runtime'
import { MAX_LOOKUP, type FinalizedHeight, type SignatureStatus } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { atMost } from './at-most'
import { correctFill, signedBytes, type ConfirmedAttempt } from './settled-anew'
import { verdictOn } from './verdict'
import { WrongChainError } from './watcher'

const INTERVAL_MS = 2_000
const LIMIT = 4_096
const AT_ONCE = 32
/** Every so many turns all are looked at; in between those that may be final by now, unless one was not where it had been. */
const TURNS_TO_ALL = 4
const LOST = 'it was rolled back after it was confirmed, and can never land again'

/** What a node says of one attempt, and how far it had seen when it said so. */
interface Sighting {
  readonly attempt: ConfirmedAttempt
  readonly status: SignatureStatus | null
  /** Read before the look-up. */
  readonly finalized: FinalizedHeight
  readonly answeredAtSlot: number
}

/**
 * Follows confirmed attempts until they are finalized. One that the chain no longer has, or has in another slot, was rolled
 * back: that raises an alert. While it is unknown its bytes are sent again; if it lands again, what it settled is read anew;
 * if it provably never can, that raises an alert of its own. Everything is judged by slots and heights, never by a clock.
 * Notices a chain that was replaced by another under our feet.
 */
export function startFinalityLoop(
  engine: Engine,
  cache: Pick<OrderCache, 'forget'>,
  onWrongChain: (error: WrongChainError) => void,
): Loop {
  const { clock, config, events, store } = engine
  const alerted = new Set<string>()
  const sentAt = new Map<string, number>()
  /** Turns until all are looked at. */
  let turnsToAll = 0

  function alertOnce(attempt: ConfirmedAttempt): void {
    if (alerted.has(attempt.signature)) return
    if (alerted.size > 10_000) alerted.clear()
    alerted.add(attempt.signature)
    events.rolledBack(attempt)
  }

  async function sendAgain(confirmed: ConfirmedAttempt): Promise<void> {
    const { orderId, attempt, signature } = confirmed
    if ((sentAt.get(signature) ?? -Infinity) > clock.monotonic() - config.RESEND_INTERVAL_MS) return
    sentAt.set(signature, clock.monotonic())
    try {
      const bytes = await signedBytes(engine, confirmed)
      if (bytes === null) return
      await engine.settlement.submit(bytes)
      events.attemptSent(orderId, attempt, signature)
    } catch (error) {
      events.sendFailed(orderId, attempt, error)
    }
  }

  /** What is wrong now would be read for a minute. */
  const forgetCopy = ({ accountId, orderId }: ConfirmedAttempt) =>
    cache.forget(accountId, orderId).catch(events.publishFailed)

  async function followUnknown({ attempt, finalized, answeredAtSlot }: Sighting): Promise<void> {
    // A node that lags proves nothing.
    const gone = answeredAtSlot >= finalized.slot && attempt.slot !== null && finalized.slot > attempt.slot
    if (gone) alertOnce(attempt)
    const { lastValidBlockHeight } = attempt
    const commitment = config.CONFIRM_COMMITMENT
    const verdict = verdictOn({ lastValidBlockHeight, finalized, answeredAtSlot, status: null, commitment })
    // What can still land is sent also before it is known to be gone: the same bytes do no harm.
    if (verdict.outcome !== 'expired') {
      await sendAgain(attempt)
    } else if (await store.attempts.markLost(attempt, { code: 'TX_EXPIRED', message: LOST })) {
      events.confirmedButLost(attempt)
      await forgetCopy(attempt)
    }
  }

  async function follow(sighting: Sighting): Promise<void> {
    const { attempt, status } = sighting
    if (status === null) return followUnknown(sighting)
    if (status.slot === attempt.slot) return
    alertOnce(attempt)
    if (status.confirmation === 'finalized' && (await correctFill(engine, attempt))) await forgetCopy(attempt)
  }

  /** Whether the chain has all of them where they were confirmed. */
  async function lookUp(attempts: readonly ConfirmedAttempt[]): Promise<boolean> {
    const finalized = await engine.chain.finalizedHeight()
    const answer = await engine.chain.statuses(attempts.map(({ signature }) => signature))
    const sightings = attempts.map((attempt, i): Sighting => {
      const status = answer.statuses[i] ?? null
      return { attempt, status, finalized, answeredAtSlot: answer.slot }
    })
    const final = sightings.filter(
      ({ attempt, status }) => status?.confirmation === 'finalized' && status.slot === attempt.slot,
    )
    if (final.length > 0) {
      engine.checkpoint('finality.before')
      await store.attempts.markFinalized(final.map(({ attempt }) => attempt))
      engine.checkpoint('finality.marked')
    }
    await atMost(AT_ONCE, sightings, follow)
    return sightings.every(({ attempt, status }) => status?.slot === attempt.slot)
  }

  async function turn(signal: AbortSignal): Promise<void> {
    const genesisHash = await engine.chain.genesisHash()
    if (genesisHash !== engine.genesisHash) {
      onWrongChain(
        new WrongChainError(
          `the chain at CHAIN_RPC_URL is another one now (genesis ${genesisHash}, it was ${engine.genesisHash})`,
        ),
      )
      return
    }
    const all = turnsToAll === 0
    const upToSlot = all ? null : (await engine.chain.finalizedHeight()).slot
    const found = await store.attempts.confirmedNotFinalized(genesisHash, upToSlot, LIMIT)
    const attempts = found.filter(isConfirmed)
    if (all) {
      const open = new Set(attempts.map(({ signature }) => signature))
      for (const signature of sentAt.keys()) if (!open.has(signature)) sentAt.delete(signature)
    }
    let asConfirmed = true
    for (const some of inGroupsOf(MAX_LOOKUP, attempts)) {
      if (signal.aborted) break
      asConfirmed = (await lookUp(some)) && asConfirmed
    }
    turnsToAll = asConfirmed ? (all ? TURNS_TO_ALL : turnsToAll) - 1 : 0
  }

  return startLoop(clock, Math.min(INTERVAL_MS, config.RESEND_INTERVAL_MS), turn, (error) =>
    events.loopFailed('following finality', error),
  )
}

function isConfirmed(attempt: Attempt): attempt is ConfirmedAttempt {
  return attempt.signature !== null && attempt.lastValidBlockHeight !== null
}
