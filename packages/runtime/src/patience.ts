import { type Clock } from './deps'
import { type Logger } from './logger'

/** How long a service that starts waits for what it depends on, instead of starting again and again. */
export const START_PATIENCE_MS = 60_000

const PAUSE_MS = 500

/**
 * Does `work`, and again while it fails for a reason that may pass, for at most `START_PATIENCE_MS`; throws the last
 * error after that, and any other at once.
 */
export async function whenAvailable<T>(
  what: string,
  work: () => Promise<T>,
  mayPass: (error: unknown) => boolean,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<T> {
  const giveUpAt = clock.monotonic() + START_PATIENCE_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!mayPass(error) || clock.monotonic() >= giveUpAt) throw error
      logger.warn(`waiting for ${what}`, { reason: error instanceof Error ? error.message : String(error) })
      await clock.sleep(PAUSE_MS)
    }
  }
}
