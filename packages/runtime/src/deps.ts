import { randomBytes, randomFillSync } from 'node:crypto'
import { type Checkpoint } from '@fillstream/core'
import { V7Generator } from 'uuidv7'
import { createLogger, type Logger } from './logger'
import { createMetrics, type Metrics } from './metrics'

/** Time. A simulator brings its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds on a clock that never steps back, for durations. */
  monotonic(): number
  /** Resolves after `ms`; rejects with the reason of `signal` when it fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface IdSource {
  /** A UUIDv7. */
  uuid(): string
}

export interface Random {
  /** Evenly distributed in [0, 1). */
  next(): number
}

/** What every part of a service is handed instead of reaching for it. */
export interface Deps {
  readonly clock: Clock
  readonly ids: IdSource
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  /**
   * Called at the moments that CHECKPOINTS names. Does nothing in a service; a test's own `main` brings one, such as one
   * that ends the process there and then.
   */
  readonly checkpoint: (point: Checkpoint) => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep,
}

/** As `timers/promises` has it, but without an error made for each sleep that is cut short: most deadlines are never reached. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const cut = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', cut)
      resolve()
    }, ms)
    signal?.addEventListener('abort', cut, { once: true })
  })
}

/** The reason of a signal that ends the wait for a deadline which was kept: made once, since making one takes its stack. */
export const IN_TIME = new Error('done in time')

export const systemIds: IdSource = createIds()

/** Randomness is drawn for many ids at once: the library's own way, eight words at a time, costs more than all else of an id. */
function createIds(): IdSource {
  const words = new Uint32Array(1_024)
  let next = words.length
  const generator = new V7Generator({
    nextUint32() {
      if (next === words.length) {
        randomFillSync(words)
        next = 0
      }
      return words[next++] as number
    },
  })
  return { uuid: () => generator.generate().toString() }
}

export const systemRandom: Random = { next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48 }

/** The real world's Deps for a service. */
export function systemDeps(service: string, logLevel: string): Deps {
  return {
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    logger: createLogger({ service, level: logLevel }),
    metrics: createMetrics(service),
    checkpoint: () => {},
  }
}
