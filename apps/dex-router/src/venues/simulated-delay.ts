import { type Clock } from '@fillstream/runtime'
import { type QuotingVenue } from './venue'

/**
 * The venue behind a network that takes `delayMs`: the answer is computed at the end of it, from what is known then. This
 * is all the waiting there is; the router's own work is not delayed.
 */
export function withSimulatedDelay(venue: QuotingVenue, delayMs: number, clock: Clock): QuotingVenue {
  if (delayMs === 0) return venue
  return {
    name: venue.name,
    async quote(question, signal) {
      await clock.sleep(delayMs, signal)
      return venue.quote(question, signal)
    },
  }
}
