import { type FailureCode, type VenueQuote } from '@fillstream/types'
import { inBps } from '../money/bps'
import { formatPrice } from '../money/decimal'
import { type RouteCandidate } from './route'

/** Why a venue is not in the comparison. */
export type ExclusionCode = 'NO_POOL' | 'INSUFFICIENT_LIQUIDITY' | 'VENUE_TIMEOUT' | 'VENUE_UNAVAILABLE'

/** What came of asking one venue. */
export type VenueAnswer =
  | { readonly venue: string; readonly latencyMs: number; readonly route: RouteCandidate }
  | {
      readonly venue: string
      readonly latencyMs: number
      readonly route: null
      readonly code: ExclusionCode
      readonly reason: string
    }

export interface TokenDecimals {
  readonly inDecimals: number
  readonly outDecimals: number
}

/** The comparison: every venue's row, best first, those left out last. `winner` is null where none answered. */
export interface Ranking {
  readonly winner: { readonly venue: string; readonly route: RouteCandidate } | null
  readonly quotes: readonly VenueQuote[]
  /** What the order fails with where there is no winner. */
  readonly failure: { readonly code: FailureCode; readonly message: string } | null
}

type Quoted = Extract<VenueAnswer, { route: RouteCandidate }>
type Excluded = Extract<VenueAnswer, { route: null }>

/**
 * Ranks by what the order really receives after fees and impact: ExactIn by most output, ExactOut by least input.
 * Of equals the one with less impact, then the first by name, wins: the same answers always rank the same.
 */
export function rankQuotes(answers: readonly VenueAnswer[], decimals: TokenDecimals): Ranking {
  const quoted = answers.filter((answer): answer is Quoted => answer.route !== null).sort(better)
  const excluded = answers.filter((answer): answer is Excluded => answer.route === null)
  const best = quoted[0]
  return {
    winner: best === undefined ? null : { venue: best.venue, route: best.route },
    quotes: [
      ...quoted.map((answer) => comparisonRow(answer, best ?? answer, decimals)),
      ...excluded.map(exclusionRow),
    ],
    failure: best === undefined ? failureOf(excluded) : null,
  }
}

function better(one: Quoted, other: Quoted): number {
  const gain =
    one.route.swapMode === 'ExactIn'
      ? other.route.outAmount - one.route.outAmount
      : one.route.inAmount - other.route.inAmount
  if (gain !== 0n) return gain < 0n ? -1 : 1
  const impact = (one.route.priceImpactBps ?? Infinity) - (other.route.priceImpactBps ?? Infinity)
  if (impact < 0 || impact > 0) return impact
  return one.venue < other.venue ? -1 : 1
}

function comparisonRow(answer: Quoted, best: Quoted, decimals: TokenDecimals): VenueQuote {
  const { route } = answer
  const won = answer === best
  const differenceBps =
    route.swapMode === 'ExactIn'
      ? inBps(best.route.outAmount - route.outAmount, best.route.outAmount, 'up')
      : inBps(route.inAmount - best.route.inAmount, best.route.inAmount, 'up')
  const reach = route.swapMode === 'ExactIn' ? 'most output' : 'least input'
  const behind = route.swapMode === 'ExactIn' ? 'less output' : 'more input'
  return {
    venue: answer.venue,
    pool: onlyPool(route),
    outcome: won ? 'won' : 'lost',
    code: won ? 'BEST_PRICE' : 'WORSE_PRICE',
    reason: won
      ? `${reach} after fees and impact`
      : differenceBps === 0
        ? `as good as ${best.venue}, which ranks first of equals`
        : `${differenceBps} bps ${behind} than ${best.venue}`,
    inAmount: route.inAmount.toString(),
    outAmount: route.outAmount.toString(),
    price: formatPrice({ ...route, ...decimals }, 'down'),
    feeBps: route.feeBps,
    priceImpactBps: route.priceImpactBps,
    differenceBps,
    latencyMs: answer.latencyMs,
  }
}

function exclusionRow({ venue, code, reason, latencyMs }: Excluded): VenueQuote {
  return {
    venue,
    pool: null,
    outcome: 'excluded',
    code,
    reason,
    inAmount: null,
    outAmount: null,
    price: null,
    feeBps: null,
    priceImpactBps: null,
    differenceBps: null,
    latencyMs,
  }
}

function onlyPool(route: RouteCandidate): string | null {
  const pools = route.legs.flatMap((leg) => leg.hops.map((hop) => hop.pool.address))
  return pools.length === 1 ? (pools[0] ?? null) : null
}

// A venue that could not be asked may have had the route: such a failure passes, so it is said before the lasting ones.
const FAILURES: readonly { readonly code: ExclusionCode; readonly failure: FailureCode }[] = [
  { code: 'VENUE_TIMEOUT', failure: 'VENUE_TIMEOUT' },
  { code: 'VENUE_UNAVAILABLE', failure: 'VENUE_UNAVAILABLE' },
  { code: 'INSUFFICIENT_LIQUIDITY', failure: 'INSUFFICIENT_LIQUIDITY' },
  { code: 'NO_POOL', failure: 'NO_ROUTE' },
]

function failureOf(excluded: readonly Excluded[]): { code: FailureCode; message: string } {
  const worst = FAILURES.find(({ code }) => excluded.some((answer) => answer.code === code))
  const reasons = excluded.map(({ venue, reason }) => `${venue}: ${reason}`).join('; ')
  return {
    code: worst?.failure ?? 'NO_ROUTE',
    message: reasons === '' ? 'there is no venue to ask' : reasons,
  }
}
