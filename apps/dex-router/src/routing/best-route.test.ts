import { createLogger, createMetrics } from '@fillstream/runtime'
import { routeReceiptSchema } from '@fillstream/types'
import { ManualClock } from '../testing/manual-clock'
import { JUP, silentEvents, SOL, solPool, USDC } from '../testing/world'
import { PoolBook } from '../book/pool-book'
import { guardVenue } from '../venues/guarded-venue'
import { createPoolVenue } from '../venues/pool-venue'
import { withSimulatedDelay } from '../venues/simulated-delay'
import { type QuotingVenue } from '../venues/venue'
import { bestRoute } from './best-route'
import { comparisonLine } from './comparison-line'
import { createRouterEvents } from '../events'

const TIMEOUT_MS = 1_000
const question = { inputMint: SOL, outputMint: USDC, swapMode: 'ExactIn' as const, amount: 50n * 10n ** 9n }

function market(more: QuotingVenue[] = [], delayMs = 200) {
  const clock = new ManualClock()
  const book = new PoolBook(clock, 5_000)
  book.beginSession()
  book.update(solPool('raydium-sim'), 7n)
  book.update(solPool('orca-sim', { index: 2, reserveB: 154n * 10n ** 12n }), 7n)
  book.markComplete()
  book.seeSlot(7n)
  const names = ['raydium-sim', 'meteora-sim', 'orca-sim']
  const metrics = createMetrics('test', { processMetrics: false })
  const events = silentEvents(metrics)
  const venues = [
    ...names.map((name) => withSimulatedDelay(createPoolVenue(name, book), delayMs, clock)),
    ...more,
  ]
  const parts = {
    book,
    clock,
    events,
    venues: venues.map((venue) =>
      guardVenue(
        venue,
        { timeoutMs: TIMEOUT_MS, breaker: { failures: 5, openMs: 1_000 } },
        { clock, events },
      ),
    ),
  }
  return { parts, clock, book, metrics }
}

describe('the best route', () => {
  it('is that of the venue that gives most, with every venue in its receipt, after one delay for all', async () => {
    const { parts, clock } = market()
    const asked = bestRoute(parts, question, 5_000)
    await clock.advance(200)
    const receipt = await asked
    expect(routeReceiptSchema.parse(receipt)).toEqual(receipt)
    expect(receipt.routePlan.map(({ venue, poolIndex }) => [venue, poolIndex])).toEqual([['orca-sim', 2]])
    expect(receipt.quotes.map(({ venue, code, latencyMs }) => [venue, code, latencyMs])).toEqual([
      ['orca-sim', 'BEST_PRICE', 200],
      ['raydium-sim', 'WORSE_PRICE', 200],
      ['meteora-sim', 'NO_POOL', 200],
    ])
    expect([receipt.contextSlot, receipt.elapsedMs]).toEqual([7, 200])
  })

  it('rests on the pools as they are when the venue answers', async () => {
    const { parts, clock, book } = market()
    const asked = bestRoute(parts, question, 5_000)
    await clock.advance(100)
    book.update(solPool('raydium-sim', { reserveB: 160n * 10n ** 12n }), 8n)
    await clock.advance(100)
    expect((await asked).routePlan[0]?.venue).toBe('raydium-sim')
  })

  it('does not wait for a venue that hangs beyond its timeout', async () => {
    const { parts, clock } = market([{ name: 'hanging', quote: () => new Promise(() => undefined) }])
    const asked = bestRoute(parts, question, 60_000)
    await clock.advance(TIMEOUT_MS)
    const receipt = await asked
    expect(receipt.quotes.at(-1)).toMatchObject({
      venue: 'hanging',
      outcome: 'excluded',
      code: 'VENUE_TIMEOUT',
    })
    expect(receipt.elapsedMs).toBe(TIMEOUT_MS)
  })

  it('is found before the caller stops waiting', async () => {
    const { parts, clock } = market([{ name: 'hanging', quote: () => new Promise(() => undefined) }])
    const asked = bestRoute(parts, question, 400)
    await clock.advance(399)
    expect((await asked).routePlan[0]?.venue).toBe('orca-sim')
  })

  it.each([
    ['no pool trades the pair', { ...question, outputMint: JUP }, 'NO_ROUTE'],
    [
      'nobody has that much',
      { ...question, swapMode: 'ExactOut' as const, amount: 10n ** 18n },
      'INSUFFICIENT_LIQUIDITY',
    ],
    [
      'the amount buys nothing',
      { ...question, inputMint: USDC, outputMint: SOL, amount: 0n },
      'INSUFFICIENT_LIQUIDITY',
    ],
  ])('fails when %s', async (_, asked, code) => {
    const { parts } = market([], 0)
    await expect(bestRoute(parts, asked, 5_000)).rejects.toMatchObject({ code })
  })

  it('is not drawn from a stale book', async () => {
    const { parts, clock } = market([], 0)
    await clock.advance(5_001)
    const asked = bestRoute(parts, question, 5_000)
    await expect(asked).rejects.toMatchObject({
      code: 'VENUE_UNAVAILABLE',
      message: expect.stringContaining('stale'),
    })
  })

  it('is not over a pool that has not opened', async () => {
    const { parts, clock, book } = market([], 0)
    const opens = BigInt(clock.now() / 1_000 + 60)
    book.update(solPool('orca-sim', { openTime: opens, reserveB: 154n * 10n ** 12n }), 8n)
    const receipt = await bestRoute(parts, question, 5_000)
    expect(receipt.routePlan[0]?.venue).toBe('raydium-sim')
  })

  it('is counted', async () => {
    const { parts, metrics } = market([], 0)
    await bestRoute(parts, question, 5_000)
    const text = await metrics.text()
    expect(text).toContain('fillstream_quote_wins_total{venue="orca-sim",service="test"} 1')
    expect(text).toContain(
      'fillstream_venue_exclusions_total{venue="meteora-sim",code="NO_POOL",service="test"} 1',
    )
  })
})

describe('the comparison for people', () => {
  it('is one line with every venue, what it gives, and why one won', async () => {
    const { parts } = market([], 0)
    const lines: string[] = []
    const logger = {
      ...createLogger({ service: 'test', level: 'silent' }),
      info: (line: string) => void lines.push(line),
    }
    const events = createRouterEvents({ logger, metrics: createMetrics('test', { processMetrics: false }) })
    await bestRoute({ ...parts, events }, question, 5_000)
    expect(lines).toEqual([
      '50 SOL -> USDC: orca-sim gives 7676.517325 USDC (price 153.5303465, fee 30 bps, impact 1 bps, 0 ms) WON: most output after fees and impact' +
        ' | raydium-sim gives 7480.876891 USDC (price 149.61753782, fee 25 bps, impact 1 bps, 0 ms) LOST: 255 bps less output than orca-sim' +
        ' | meteora-sim left out: NO_POOL, no pool of this pair',
    ])
  })

  it('names what is wanted for ExactOut, and mints that are not listed', () => {
    const ranking = { winner: null, quotes: [], failure: null }
    const wanted = {
      ...question,
      inputMint: `x${USDC.slice(1)}`,
      swapMode: 'ExactOut' as const,
      amount: 1_500_000n,
    }
    expect(comparisonLine(wanted, ranking, { inDecimals: 9, outDecimals: 6 })).toBe(
      'xPjF.. -> 1.5 USDC: no venues',
    )
  })
})
