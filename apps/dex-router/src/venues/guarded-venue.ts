import { messageOf, type ExclusionCode, type VenueAnswer } from '@fillstream/core'
import { type Clock } from '@fillstream/runtime'
import { TimeoutError, within } from '../deadline'
import { type RouterEvents } from '../events'
import { CircuitBreaker, type CircuitBreakerConfig } from './circuit-breaker'
import { type QuoteQuestion, type QuotingVenue } from './venue'

/** A venue that always answers in time, if only with why it is left out. */
export interface GuardedVenue {
  readonly name: string
  /** Waits at most `budgetMs`, and never longer than the venue's own timeout. Never throws. */
  ask(question: QuoteQuestion, budgetMs: number): Promise<VenueAnswer>
  /** Not asked at the moment, because it kept failing. */
  isDown(): boolean
  /** Of its last answer; null before the first. */
  latencyMs(): number | null
}

export interface GuardConfig {
  readonly timeoutMs: number
  readonly breaker: CircuitBreakerConfig
}

export function guardVenue(
  venue: QuotingVenue,
  config: GuardConfig,
  { clock, events }: { readonly clock: Clock; readonly events: RouterEvents },
): GuardedVenue {
  const breaker = new CircuitBreaker(config.breaker, clock)
  let lastLatencyMs: number | null = null
  return {
    name: venue.name,
    isDown: () => breaker.isOpen(),
    latencyMs: () => lastLatencyMs,
    async ask(question, budgetMs) {
      const began = clock.monotonic()
      const excluded = (code: ExclusionCode, reason: string): VenueAnswer => {
        const latencyMs = elapsedSince(began)
        events.venueExcluded(venue.name, code)
        return { venue: venue.name, latencyMs, route: null, code, reason }
      }
      if (!breaker.allows()) return excluded('VENUE_UNAVAILABLE', 'not asked: its last answers failed')
      // A caller in a hurry says nothing about the venue: only its own timeout counts against it.
      const hurried = budgetMs < config.timeoutMs
      const timeoutMs = Math.min(budgetMs, config.timeoutMs)
      try {
        const reply = await within(clock, timeoutMs, venue.name, (signal) => venue.quote(question, signal))
        breaker.succeeded()
        lastLatencyMs = elapsedSince(began)
        events.venueAnswered(venue.name, lastLatencyMs)
        return reply.ok
          ? { venue: venue.name, latencyMs: lastLatencyMs, route: reply.route }
          : excluded(reply.code, reply.reason)
      } catch (error) {
        const late = error instanceof TimeoutError
        if (late && hurried) breaker.released()
        else breaker.failed(began)
        return late
          ? excluded('VENUE_TIMEOUT', `no answer within ${Math.round(timeoutMs)} ms`)
          : excluded('VENUE_UNAVAILABLE', messageOf(error))
      }
    },
  }

  function elapsedSince(began: number): number {
    return Math.round((clock.monotonic() - began) * 10) / 10
  }
}
