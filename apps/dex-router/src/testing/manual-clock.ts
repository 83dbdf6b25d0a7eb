import { type Clock } from '@fillstream/runtime'

interface Sleeper {
  readonly until: number
  wake(): void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  private time = 1_700_000_000_000
  private sleepers: Sleeper[] = []

  now(): number {
    return this.time
  }

  monotonic(): number {
    return this.time
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = () => reject(new DOMException('aborted', 'AbortError'))
      if (signal?.aborted) return aborted()
      signal?.addEventListener('abort', aborted, { once: true })
      const wake = () => {
        signal?.removeEventListener('abort', aborted)
        resolve()
      }
      this.sleepers.push({ until: this.time + ms, wake })
    })
  }

  /** Moves on by `ms`, waking in order whoever slept until then, and lets everything that follows from it happen. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms
    await settled()
    for (;;) {
      const next = this.sleepers
        .filter(({ until }) => until <= end)
        .sort((one, other) => one.until - other.until)[0]
      if (next === undefined) break
      this.sleepers = this.sleepers.filter((sleeper) => sleeper !== next)
      this.time = Math.max(this.time, next.until)
      next.wake()
      await settled()
    }
    this.time = end
    await settled()
  }
}

/** Resolves when all promises that are ready have run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
