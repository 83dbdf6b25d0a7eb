import { type Clock } from '@fillstream/runtime'

/** Slots that a late ticker still makes up for; beyond that the time is skipped (a machine that slept). */
const MAX_BEHIND = 10

/** Calls `tick` every `slotMs`, without drift, until stopped. A tick that throws ends it and is reported. */
export function startTicker(
  clock: Clock,
  slotMs: number,
  tick: () => void,
  onFatal: (error: unknown) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  async function run() {
    let due = clock.monotonic() + slotMs
    while (!stopping.signal.aborted) {
      await clock.sleep(Math.max(0, due - clock.monotonic()), stopping.signal).catch(() => undefined)
      if (stopping.signal.aborted) return
      try {
        tick()
      } catch (error) {
        onFatal(error)
        return
      }
      due = Math.max(due + slotMs, clock.monotonic() - MAX_BEHIND * slotMs)
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}
