import { AppError, messageOf } from '@fillstream/core'
import { startLoop, type Check, type Clock } from '@fillstream/runtime'
import { type GatewayEvents } from './events'

/** What the gateway knows of the services that it needs, so that it can refuse at once instead of trying. */
export interface Dependencies {
  isUp(name: string): boolean
  /** Throws DEPENDENCY_UNAVAILABLE for the first of `names` that is known to be down. */
  assertUp(...names: readonly string[]): void
  /** Looks now. Rejects with the reason where it does not answer: what is said here, `isUp` knows too. */
  check(name: string): Promise<void>
  /** Looks again soon: something failed that may mean an outage. */
  recheck(): void
  stop(): Promise<void>
}

const INTERVAL_MS = 500
const TIMEOUT_MS = 1_000
/** A check that fails is an answer; one that says nothing may only be slow, and is believed the second time. */
const SILENCES = 2
/** A timer this late means that this process got no time: the silence is its own. */
const OWN_DELAY_MS = 300

type Outcome =
  { readonly kind: 'up' | 'silent' | 'starved' } | { readonly kind: 'down'; readonly reason: string }

/** Asks every dependency twice a second. What has not been asked yet counts as up. */
export function watchDependencies(
  checks: Readonly<Record<string, Check>>,
  { clock, events }: { readonly clock: Clock; readonly events: GatewayEvents },
): Dependencies {
  const down = new Set<string>()
  const silences = new Map<string, number>()
  const seen = new Set<string>()
  /** Looks are counted: one that began before another that found it up has nothing to say any more. */
  const lastUp = new Map<string, number>()
  let looks = 0

  function setUp(name: string, look: number): void {
    silences.delete(name)
    lastUp.set(name, Math.max(look, lastUp.get(name) ?? 0))
    if (down.delete(name) || !seen.has(name)) events.dependencyUp(name)
    seen.add(name)
  }

  function setDown(name: string, reason: string): void {
    if (!down.has(name)) events.dependencyDown(name, reason)
    down.add(name)
    seen.add(name)
  }

  /** Why it is not usable, or null. */
  async function look(name: string): Promise<string | null> {
    const check = checks[name]
    if (!check) throw new Error(`there is no check of ${name}`)
    const number = ++looks
    const outcome = await ask(check, clock)
    const outdated = number < (lastUp.get(name) ?? 0)
    switch (outcome.kind) {
      case 'up':
        setUp(name, number)
        return null
      case 'down':
        if (!outdated) setDown(name, outcome.reason)
        return outcome.reason
      case 'silent': {
        const reason = `no answer within ${TIMEOUT_MS} ms`
        if (outdated) return reason
        const silent = (silences.get(name) ?? 0) + 1
        silences.set(name, silent)
        if (silent >= SILENCES) setDown(name, reason)
        return reason
      }
      case 'starved':
        return 'this process is too busy to tell'
    }
  }

  const loop = startLoop(
    clock,
    INTERVAL_MS,
    () => Promise.all(Object.keys(checks).map(look)),
    () => undefined,
  )

  return {
    isUp: (name) => !down.has(name),
    assertUp(...names) {
      const name = names.find((candidate) => down.has(candidate))
      if (name !== undefined) throw new AppError('DEPENDENCY_UNAVAILABLE', `${name} is not available`)
    },
    async check(name) {
      const reason = await look(name)
      if (reason !== null) throw new Error(reason)
    },
    recheck: () => loop.wake(),
    stop: () => loop.stop(),
  }
}

async function ask(check: Check, clock: Clock): Promise<Outcome> {
  const timer = new AbortController()
  const askedAt = clock.monotonic()
  const late = clock.sleep(TIMEOUT_MS, timer.signal).then((): Outcome => {
    const delay = clock.monotonic() - askedAt - TIMEOUT_MS
    return { kind: delay > OWN_DELAY_MS ? 'starved' : 'silent' }
  })
  try {
    return await Promise.race([check().then((): Outcome => ({ kind: 'up' })), late])
  } catch (error) {
    return { kind: 'down', reason: messageOf(error) }
  } finally {
    timer.abort()
  }
}
