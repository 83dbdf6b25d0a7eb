import { startLoop, type Loop } from '@fillstream/runtime'
import { type Engine } from '../engine'

const INTERVAL_MS = 2_000
const LIMIT = 256

/**
 * Follows confirmed attempts until they are finalized. One that a node no longer knows, answering from beyond the slot
 * it was confirmed in, was rolled back: that raises an alert, and it goes on being watched.
 */
export function startFinalityLoop(engine: Engine): Loop {
  const alerted = new Set<string>()
  async function turn(): Promise<void> {
    const attempts = await engine.store.attempts.confirmedNotFinalized(LIMIT)
    const signed = attempts.filter(
      (attempt) => attempt.signature !== null && attempt.genesisHash === engine.genesisHash,
    )
    if (signed.length === 0) return
    const finalized = await engine.chain.finalizedHeight()
    const { statuses } = await engine.chain.statuses(signed.map((attempt) => attempt.signature as string))
    await engine.store.attempts.markFinalized(
      signed.filter((_, i) => statuses[i]?.confirmation === 'finalized'),
    )
    signed.forEach((attempt, i) => {
      const gone = (statuses[i] ?? null) === null && attempt.slot !== null && finalized.slot > attempt.slot
      if (!gone || alerted.has(attempt.signature as string)) return
      if (alerted.size > 10_000) alerted.clear()
      alerted.add(attempt.signature as string)
      engine.events.rolledBack(attempt)
    })
  }
  return startLoop(engine.clock, INTERVAL_MS, turn, (error) =>
    engine.events.loopFailed('following finality', error),
  )
}
