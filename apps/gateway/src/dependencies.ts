import { AppError } from '@fillstream/core'
import { startLoop, type Check, type Clock } from '@fillstream/runtime'
import { type GatewayEvents } from './events'

/** What the gateway knows of the services that it needs, so that it can refuse at once instead of trying. */
export interface Dependencies {
  isUp(name: string): boolean
  /** Throws DEPENDENCY_UNAVAILABLE for the first of `names` that is known to be down. */
  assertUp(...names: readonly string[]): void
  /** Looks again now: something failed that may mean an outage. */
  recheck(): void
  stop(): Promise<void>
}

const INTERVAL_MS = 500
const TIMEOUT_MS = 1_000

/** Asks every dependency twice a second, each at most for a second. What has not been asked yet counts as up. */
export function watchDependencies(
  checks: Readonly<Record<string, Check>>,
  { clock, events }: { readonly clock: Clock; readonly events: GatewayEvents },
): Dependencies {
  const down = new Map<string, string>()
  const seen = new Set<string>()

  async function look(name: string, check: Check): Promise<void> {
    const reason = await failureOf(check, clock)
    if (reason === null) {
      if (down.delete(name) || !seen.has(name)) events.dependencyUp(name)
    } else if (!down.has(name)) {
      down.set(name, reason)
      events.dependencyDown(name, reason)
    }
    seen.add(name)
  }

  const loop = startLoop(
    clock,
    INTERVAL_MS,
    () => Promise.all(Object.entries(checks).map(([name, check]) => look(name, check))),
    () => undefined,
  )

  return {
    isUp: (name) => !down.has(name),
    assertUp(...names) {
      const name = names.find((candidate) => down.has(candidate))
      if (name !== undefined) throw new AppError('DEPENDENCY_UNAVAILABLE', `${name} is not available`)
    },
    recheck: () => loop.wake(),
    stop: () => loop.stop(),
  }
}

async function failureOf(check: Check, clock: Clock): Promise<string | null> {
  const timer = new AbortController()
  try {
    const late = clock.sleep(TIMEOUT_MS, timer.signal).then(() => {
      throw new Error(`no answer within ${TIMEOUT_MS} ms`)
    })
    await Promise.race([check(), late])
    return null
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error)
  } finally {
    timer.abort()
  }
}
