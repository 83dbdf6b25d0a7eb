import { AppError } from '@fillstream/core'
import { isUnavailable, isUnknownOutcome, isWriteConflict, toAppError } from './errors'

/** Of a Clock, what waiting takes. */
export interface Sleeper {
  /** Resolves after `ms`; rejects when `signal` fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Runs statements that may be repeated without harm, so that a broken connection leaves no doubt where it need not. */
export interface Persist {
  run<T>(statement: () => Promise<T>): Promise<T>
  /** Whether a statement over many rows may have failed by the fault of one. */
  isFaultOfOne(error: unknown): boolean
}

/** Thrown where a statement may have been committed and Postgres did not come back in time to ask. */
export class UnknownOutcomeError extends AppError {}

const MAX_WRITE_CONFLICTS = 5
const PAUSE_MS = 50

/**
 * A statement whose outcome is unknown is repeated until `unknownOutcomeMs` have passed: it must be such that the second
 * time it finds out about the first. Deadlocks are repeated a few times.
 */
export function createPersist(clock: Sleeper, unknownOutcomeMs: number): Persist {
  async function run<T>(statement: () => Promise<T>): Promise<T> {
    let unknown: unknown = null
    let late = false
    let timer: NodeJS.Timeout | undefined
    try {
      for (let conflicts = 0; ;) {
        try {
          return await statement()
        } catch (error) {
          if (isWriteConflict(error) && ++conflicts < MAX_WRITE_CONFLICTS) continue
          if (unknown === null && !isUnknownOutcome(error)) throw toAppError(error)
          if (!isUnavailable(error)) throw toAppError(error)
          unknown ??= error
          timer ??= setTimeout(() => (late = true), unknownOutcomeMs)
          if (late)
            throw new UnknownOutcomeError(
              'DEPENDENCY_UNAVAILABLE',
              'Postgres went away while it was writing: the write may have happened',
              {},
              { cause: unknown },
            )
          await clock.sleep(PAUSE_MS)
        }
      }
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    run,
    isFaultOfOne: (error) => !isUnavailable(error) && !isWriteConflict(error),
  }
}
