import { directRoute, type PoolState, type RouteCandidate } from '@fillstream/core'
import { type PoolBook } from '../book/pool-book'
import { type QuoteQuestion, type QuotingVenue, type VenueReply } from './venue'

/** A venue whose pools we follow and whose curves we compute ourselves: its best pool answers. */
export function createPoolVenue(name: string, book: PoolBook): QuotingVenue {
  return { name, quote: (question) => quoteFrom(name, book, question) }
}

function quoteFrom(name: string, book: PoolBook, question: QuoteQuestion): VenueReply {
  const status = book.status()
  if (status === 'empty') return unavailable('its pools have not been read yet')
  if (status === 'stale')
    return unavailable(`its pools are stale: no slot for ${Math.round(book.ageMs())} ms`)
  const pools = book.trading(name, question.inputMint, question.outputMint)
  const open = pools.flatMap((pool) => book.asItTrades(pool) ?? [])
  if (open.length === 0) {
    const reason = pools.length === 0 ? 'no pool of this pair' : 'its pool of this pair is not open yet'
    return { ok: false, code: 'NO_POOL', reason }
  }
  let best: RouteCandidate | null = null
  for (const pool of open) {
    const result = directRoute(pool, question, book.lastSlot() ?? pool.slot)
    if (result.ok && (best === null || isBetter(result.route, best))) best = result.route
  }
  return best === null ? tooMuch(open, question) : { ok: true, route: best }
}

function isBetter(route: RouteCandidate, than: RouteCandidate): boolean {
  return route.swapMode === 'ExactIn' ? route.outAmount > than.outAmount : route.inAmount < than.inAmount
}

function tooMuch(pools: readonly PoolState[], { inputMint, swapMode }: QuoteQuestion): VenueReply {
  const reserves = pools
    .map((pool) => ((pool.mintA === inputMint) === (swapMode === 'ExactIn') ? pool.reserveA : pool.reserveB))
    .join(', ')
  const reason = `the amount is too large or too small for a pool that holds ${reserves} of the token`
  return { ok: false, code: 'INSUFFICIENT_LIQUIDITY', reason }
}

function unavailable(reason: string): VenueReply {
  return { ok: false, code: 'VENUE_UNAVAILABLE', reason }
}
