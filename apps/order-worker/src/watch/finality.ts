import { type Attempt } from '@fillstream/core'
import { startLoop, type Loop } from '@fillstream/runtime'
import { MAX_LOOKUP } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { WrongChainError } from './watcher'

const INTERVAL_MS = 2_000
const LIMIT = 4_096

/**
 * Follows confirmed attempts until they are finalized. One that a node no longer knows, answering from beyond a
 * finalized slot after the one it was confirmed in, was rolled back: that raises an alert, and it goes on being watched.
 * Notices a chain that was replaced by another under our feet.
 */
export function startFinalityLoop(engine: Engine, onWrongChain: (error: WrongChainError) => void): Loop {
  const alerted = new Set<string>()

  function alertOnce(attempt: Attempt): void {
    const signature = attempt.signature as string
    if (alerted.has(signature)) return
    if (alerted.size > 10_000) alerted.clear()
    alerted.add(signature)
    engine.events.rolledBack(attempt)
  }

  async function lookUp(attempts: readonly Attempt[]): Promise<void> {
    const finalized = await engine.chain.finalizedHeight()
    const answer = await engine.chain.statuses(attempts.map((attempt) => attempt.signature as string))
    await engine.store.attempts.markFinalized(
      attempts.filter((_, i) => answer.statuses[i]?.confirmation === 'finalized'),
    )
    // A node that lags proves nothing.
    if (answer.slot < finalized.slot) return
    attempts.forEach((attempt, i) => {
      const unknown = (answer.statuses[i] ?? null) === null
      if (unknown && attempt.slot !== null && finalized.slot > attempt.slot) alertOnce(attempt)
    })
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
    const attempts = (await engine.store.attempts.confirmedNotFinalized(genesisHash, LIMIT)).filter(
      (attempt) => attempt.signature !== null,
    )
    for (let at = 0; at < attempts.length && !signal.aborted; at += MAX_LOOKUP)
      await lookUp(attempts.slice(at, at + MAX_LOOKUP))
  }

  return startLoop(engine.clock, INTERVAL_MS, turn, (error) =>
    engine.events.loopFailed('following finality', error),
  )
}
