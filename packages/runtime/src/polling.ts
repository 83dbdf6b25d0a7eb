import { type Clock } from './deps'
import { startLoop } from './loop'

/** A value of another process's that is read again and again, with how old it may be. */
export interface Polled<T> {
  /** What was read last, however long ago: reads may be failing. */
  latest(): T
  /** What was true `maxAgeMs` ago or later: read anew where the last read is older. Rejects where that read fails. */
  fresh(maxAgeMs: number): Promise<T>
  stop(): Promise<void>
}

export interface PollingConfig<T> {
  readonly intervalMs: number
  /** What holds until the first read. */
  readonly initial: T
  /** Must end by itself, be it with an error. */
  readonly read: () => Promise<T>
  /** Called after every read, with what was known before. */
  readonly onRead: (value: T, before: T) => void
}

/** Reads every `intervalMs`. A read that fails leaves what is known; one that began before another does not replace it. */
export function startPolling<T>(
  clock: Clock,
  { intervalMs, initial, read, onRead }: PollingConfig<T>,
): Polled<T> {
  let known = { value: initial, askedAtMs: -Infinity }
  let running: { readonly askedAtMs: number; readonly value: Promise<T> } | null = null

  async function ask(askedAtMs: number): Promise<T> {
    const value = await read()
    if (askedAtMs >= known.askedAtMs) {
      const before = known.value
      known = { value, askedAtMs }
      onRead(value, before)
    }
    return value
  }

  function readNow(): Promise<T> {
    const askedAtMs = clock.monotonic()
    const value = ask(askedAtMs)
    running = { askedAtMs, value }
    return value
  }

  const loop = startLoop(clock, intervalMs, readNow, () => undefined)
  return {
    latest: () => known.value,
    async fresh(maxAgeMs) {
      const oldest = clock.monotonic() - maxAgeMs
      if (known.askedAtMs >= oldest) return known.value
      return running !== null && running.askedAtMs >= oldest ? running.value : readNow()
    },
    stop: () => loop.stop(),
  }
}
