import { type ExclusionCode, type Ranking, type TokenDecimals } from '@fillstream/core'
import { type Deps } from '@fillstream/runtime'
import { type LaunchEvent } from '@fillstream/types'
import { comparisonLine } from './routing/comparison-line'
import { type QuoteQuestion } from './venues/venue'

export interface QuotedEvent {
  readonly question: QuoteQuestion
  readonly ranking: Ranking
  readonly decimals: TokenDecimals
  readonly elapsedMs: number
  readonly orderId?: string
}

/** What happens in dex-router, by name: each is logged and counted here. */
export interface RouterEvents {
  quoted(event: QuotedEvent): void
  venueAnswered(venue: string, latencyMs: number): void
  venueExcluded(venue: string, code: ExclusionCode): void
  swapBuilt(orderId: string, attempt: number, route: string): void
  followingLive(pools: number, slot: bigint | null): void
  followingLost(reason: string): void
  poolRefused(pool: string, reason: string): void
  bookObserved(ageMs: number, pools: number): void
  /** Pairs whose prices this copy publishes. */
  pricesHeld(pairs: number): void
  pricesPublished(pairs: number): void
  /** `lostBefore`: the slot from which the log of slots knew what was missed; null where it knew all of it. */
  pricesCaughtUp(pairs: number, slots: number, lostBefore: number | null): void
  pricesLost(error: unknown): void
  publishingFailed(error: unknown): void
  launchPublished(launch: LaunchEvent): void
}

export function createRouterEvents({ logger, metrics }: Pick<Deps, 'logger' | 'metrics'>): RouterEvents {
  const quoteSeconds = metrics.histogram('quote_seconds', 'Time to compare all venues', ['outcome'])
  const wins = metrics.counter('quote_wins_total', 'Comparisons that a venue won', ['venue'])
  const venueSeconds = metrics.histogram('venue_quote_seconds', 'Time of a venue to answer', ['venue'])
  const exclusions = metrics.counter('venue_exclusions_total', 'Comparisons that a venue was left out of', [
    'venue',
    'code',
  ])
  const swaps = metrics.counter('swaps_built_total', 'Swap instructions handed out')
  const losses = metrics.counter('chain_following_lost_total', 'Times that following the pools broke off')
  const refusals = metrics.counter('pools_refused_total', 'Pool accounts that contradict the token list')
  const age = metrics.gauge('book_age_seconds', 'Time since the chain last told a slot')
  const pools = metrics.gauge('book_pools', 'Pools known')
  const held = metrics.gauge('price_pairs_held', 'Pairs whose prices this copy publishes')
  const published = metrics.counter('prices_published_total', 'Prices of pairs published, both ways as one')
  const launches = metrics.counter('launches_published_total', 'Launches that this copy told first')
  let following = true
  return {
    quoted({ question, ranking, decimals, elapsedMs, orderId }) {
      const winner = ranking.winner?.venue
      quoteSeconds(elapsedMs / 1_000, {
        outcome: winner === undefined ? (ranking.failure?.code ?? 'NO_ROUTE') : 'routed',
      })
      if (winner !== undefined) wins({ venue: winner })
      logger.info(comparisonLine(question, ranking, decimals), {
        event: 'quoted',
        ...(orderId === undefined ? {} : { orderId }),
        winner: winner ?? null,
        elapsedMs,
      })
    },
    venueAnswered: (venue, latencyMs) => venueSeconds(latencyMs / 1_000, { venue }),
    venueExcluded: (venue, code) => exclusions({ venue, code }),
    swapBuilt(orderId, attempt, route) {
      swaps()
      logger.debug('swap instructions built', { event: 'swapBuilt', orderId, attempt, route })
    },
    followingLive(known, slot) {
      following = true
      logger.info('following the pools', { event: 'followingLive', pools: known, slot })
    },
    followingLost(reason) {
      losses()
      // One line per outage: the tries in between say nothing new.
      if (following) logger.warn('lost the pools; connecting again', { event: 'followingLost', reason })
      else logger.debug('cannot follow the pools yet', { event: 'followingLost', reason })
      following = false
    },
    poolRefused(pool, reason) {
      refusals()
      logger.warn('pool refused', { event: 'poolRefused', pool, reason })
    },
    bookObserved(ageMs, known) {
      if (Number.isFinite(ageMs)) age(ageMs / 1_000)
      pools(known)
    },
    pricesHeld: (pairs) => held(pairs),
    pricesPublished: (pairs) => published({}, pairs),
    pricesCaughtUp(pairs, slots, lostBefore) {
      const caught = { event: 'pricesCaughtUp', pairs, slots }
      if (lostBefore === null) logger.info('prices caught up', caught)
      else logger.warn('prices caught up; the log of slots begins too late', { ...caught, lostBefore })
    },
    pricesLost(error) {
      logger.warn('the log of slots cannot be read: prices go on from here', { error })
    },
    publishingFailed(error) {
      logger.warn('publishing failed; it goes on', { error })
    },
    launchPublished({ pool, mint, openSlot }) {
      launches()
      logger.info('a new token was launched', { event: 'launchPublished', pool, mint, openSlot })
    },
  }
}
