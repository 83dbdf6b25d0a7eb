import { IN_TIME, type Clock } from './deps'

/** A background loop: runs until its stop, one turn at a time. */
export interface Loop {
  /** Runs the next turn now instead of after the interval. */
  wake(): void
  /** Ends after the running turn. */
  stop(): Promise<void>
}

/**
 * Runs `turn`, waits `intervalMs`, again and again. A turn never overlaps the next; one that throws is handed to
 * `onError` and the loop goes on.
 */
export function startLoop(
  clock: Clock,
  intervalMs: number,
  turn: (signal: AbortSignal) => Promise<unknown>,
  onError: (error: unknown) => void,
): Loop {
  const stopping = new AbortController()
  let nap = new AbortController()
  let woken = false
  async function run() {
    while (!stopping.signal.aborted) {
      woken = false
      try {
        await turn(stopping.signal)
      } catch (error) {
        if (!stopping.signal.aborted) onError(error)
      }
      if (stopping.signal.aborted) return
      if (woken) continue
      nap = new AbortController()
      await clock.sleep(intervalMs, nap.signal).catch(() => undefined)
    }
  }
  const running = run()
  return {
    wake() {
      woken = true
      nap.abort(IN_TIME)
    },
    async stop() {
      stopping.abort()
      nap.abort(IN_TIME)
      await running
    },
  }
}
