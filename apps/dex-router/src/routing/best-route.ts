import { ExecutionError, rankQuotes, receiptOf, type Ranking, type TokenDecimals } from '@fillstream/core'
import { VERIFIED_TOKENS, type RouteReceipt } from '@fillstream/types'
import { type Clock } from '@fillstream/runtime'
import { type PoolBook } from '../book/pool-book'
import { type RouterEvents } from '../events'
import { type GuardedVenue } from '../venues/guarded-venue'
import { type QuoteQuestion } from '../venues/venue'

export interface BestRouteParts {
  readonly venues: readonly GuardedVenue[]
  readonly book: PoolBook
  readonly clock: Clock
  readonly events: RouterEvents
}

/** Kept of the caller's time for ranking and for the way back. */
const RETURN_MS = 25

/**
 * Asks all venues at once, each within what `budgetMs` leaves, and ranks by what the order really receives.
 * Throws an ExecutionError with the order's failure code where no venue has a route.
 */
export async function bestRoute(
  { venues, book, clock, events }: BestRouteParts,
  question: QuoteQuestion,
  budgetMs: number,
  orderId?: string,
): Promise<RouteReceipt> {
  const began = clock.monotonic()
  const askingMs = Math.max(0, budgetMs - RETURN_MS)
  const answers = await Promise.all(venues.map((venue) => venue.ask(question, askingMs)))
  const decimals = decimalsOf(book, question)
  const ranking: Ranking = rankQuotes(answers, decimals)
  const elapsedMs = Math.round((clock.monotonic() - began) * 10) / 10
  events.quoted({ question, ranking, decimals, elapsedMs, ...(orderId === undefined ? {} : { orderId }) })
  if (ranking.winner === null) {
    const { code, message } = ranking.failure ?? {
      code: 'NO_ROUTE' as const,
      message: 'no venue has a route',
    }
    throw new ExecutionError(code, message)
  }
  return receiptOf(ranking.winner, ranking, decimals, { quotedAt: new Date(clock.now()), elapsedMs })
}

function decimalsOf(book: PoolBook, { inputMint, outputMint }: QuoteQuestion): TokenDecimals {
  return { inDecimals: decimalsOfMint(book, inputMint), outDecimals: decimalsOfMint(book, outputMint) }
}

/** By the verified list, else by a pool that trades the mint; a mint without either has no route to be priced. */
function decimalsOfMint(book: PoolBook, mint: string): number {
  const listed = VERIFIED_TOKENS.find((token) => token.mint === mint)
  if (listed !== undefined) return listed.decimals
  const pool = book.all().find(({ mintA, mintB }) => mintA === mint || mintB === mint)
  if (pool === undefined) return 0
  return pool.mintA === mint ? pool.decimalsA : pool.decimalsB
}
