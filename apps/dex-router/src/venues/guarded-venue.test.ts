import { ManualClock } from '../testing/manual-clock'
import { SOL, silentEvents, USDC } from '../testing/world'
import { CircuitBreaker } from './circuit-breaker'
import { guardVenue } from './guarded-venue'
import { type QuotingVenue, type VenueReply } from './venue'

const question = { inputMint: SOL, outputMint: USDC, swapMode: 'ExactIn' as const, amount: 1n }
const noPool: VenueReply = { ok: false, code: 'NO_POOL', reason: 'none' }

function guarded(quote: QuotingVenue['quote']) {
  const clock = new ManualClock()
  const venue = guardVenue(
    { name: 'somewhere', quote },
    { timeoutMs: 500, breaker: { failures: 2, openMs: 1_000 } },
    { clock, events: silentEvents() },
  )
  return { clock, venue }
}

describe('a guarded venue', () => {
  it('passes answers on with their latency', async () => {
    const { clock, venue } = guarded(async () => {
      await clock.sleep(40)
      return noPool
    })
    const answer = venue.ask(question, 5_000)
    await clock.advance(40)
    expect(await answer).toEqual({
      venue: 'somewhere',
      latencyMs: 40,
      route: null,
      code: 'NO_POOL',
      reason: 'none',
    })
    expect(venue.latencyMs()).toBe(40)
  })

  it('leaves out a venue that is slow, and lets it know', async () => {
    let unwanted: AbortSignal | undefined
    const { clock, venue } = guarded((_, signal) => {
      unwanted = signal
      return new Promise(() => undefined)
    })
    const answer = venue.ask(question, 5_000)
    await clock.advance(500)
    expect(await answer).toMatchObject({ route: null, code: 'VENUE_TIMEOUT', latencyMs: 500 })
    expect(unwanted?.aborted).toBe(true)
  })

  it('stops asking one that keeps failing, tries again later, and takes it back', async () => {
    let asked = 0
    let broken = true
    const { clock, venue } = guarded(() => {
      asked += 1
      return broken ? Promise.reject(new Error('502')) : Promise.resolve(noPool)
    })
    expect(await venue.ask(question, 5_000)).toMatchObject({ code: 'VENUE_UNAVAILABLE', reason: '502' })
    await venue.ask(question, 5_000)
    expect(venue.isDown()).toBe(true)
    expect(await venue.ask(question, 5_000)).toMatchObject({ code: 'VENUE_UNAVAILABLE' })
    expect(asked).toBe(2)
    await clock.advance(1_000)
    await Promise.all([venue.ask(question, 5_000), venue.ask(question, 5_000)])
    expect(asked).toBe(3)
    await clock.advance(1_000)
    broken = false
    expect(await venue.ask(question, 5_000)).toMatchObject({ code: 'NO_POOL' })
    expect([venue.isDown(), asked]).toEqual([false, 4])
  })

  it('takes a burst that failed together for one failure', async () => {
    const { clock, venue } = guarded(() => new Promise(() => undefined))
    const answers = Array.from({ length: 20 }, () => venue.ask(question, 5_000))
    await clock.advance(500)
    await Promise.all(answers)
    expect(venue.isDown()).toBe(false)
    const another = venue.ask(question, 5_000)
    await clock.advance(500)
    await another
    expect(venue.isDown()).toBe(true)
  })

  it('does not hold it against a venue that a caller had no time', async () => {
    const { clock, venue } = guarded(async () => {
      await clock.sleep(100)
      return noPool
    })
    for (let call = 0; call < 5; call += 1) {
      const answer = venue.ask(question, 10)
      await clock.advance(10)
      expect(await answer).toMatchObject({ code: 'VENUE_TIMEOUT' })
    }
    expect(venue.isDown()).toBe(false)
  })
})

it('a circuit breaker closes on the first success', () => {
  const clock = new ManualClock()
  const breaker = new CircuitBreaker({ failures: 1, openMs: 10 }, clock)
  breaker.failed(clock.monotonic())
  expect([breaker.isOpen(), breaker.allows()]).toEqual([true, false])
  breaker.succeeded()
  expect([breaker.isOpen(), breaker.allows()]).toEqual([false, true])
})
