import { type Random } from '../random'
import { type ChaosStack } from '../stack'
import { type ChainFaults } from './chain-faults'

export interface FaultContext {
  readonly stack: ChaosStack
  readonly random: Random
  readonly chain: ChainFaults
}

/** Something that goes wrong, and how it is made good again. */
export interface Fault {
  /** `family.what`, such as `kill.gateway`. */
  readonly name: string
  /** What only one fault at a time may touch. */
  readonly resource: string
  /** How long it lasts, from and to, ms. */
  readonly holdMs: readonly [number, number]
  /** Why it can't be had on this machine, or null. */
  readonly impossible?: string | null
  /** Makes it happen; resolves with what heals it. */
  inject(context: FaultContext): Promise<() => Promise<void>>
}

const RESTART_WITHIN_MS = 90_000

/** Starts a process again, as an orchestrator does: until it is ready. */
export async function startAgain(stack: ChaosStack, name: string): Promise<void> {
  const giveUpAt = performance.now() + RESTART_WITHIN_MS
  for (;;) {
    try {
      await stack.restart(name)
      return
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
    }
  }
}

export const NOTHING_TO_HEAL = () => Promise.resolve()
