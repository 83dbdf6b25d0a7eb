import { ManualClock } from '../testing/manual-clock'
import { JUP, SOL, solPool, USDC } from '../testing/world'
import { PoolBook } from './pool-book'

const raydium = solPool('raydium-sim')

function openBook() {
  const clock = new ManualClock()
  return { clock, book: new PoolBook(clock, 1_000) }
}

describe('the pool book', () => {
  it('keeps the newest state of a pool, whatever order changes come in', () => {
    const { book } = openBook()
    book.beginSession()
    book.update({ ...raydium, reserveA: 2n }, 12n)
    book.update({ ...raydium, reserveA: 1n }, 11n)
    book.replaceVenue('raydium-sim', [{ ...raydium, reserveA: 3n }], 12n)
    expect(book.byAddress(raydium.address)?.reserveA).toBe(2n)
    book.replaceVenue('raydium-sim', [{ ...raydium, reserveA: 4n }], 13n)
    expect(book.byAddress(raydium.address)?.reserveA).toBe(4n)
  })

  it('lets a new session overrule what was known, and forgets what is gone', () => {
    const { book } = openBook()
    const orca = solPool('orca-sim')
    const gone = solPool('raydium-sim', { address: JUP, index: 9 })
    book.beginSession()
    book.replaceVenue('raydium-sim', [raydium, gone], 1_000n)
    book.replaceVenue('orca-sim', [orca], 1_000n)
    book.seeSlot(1_000n)
    book.beginSession()
    expect(book.lastSlot()).toBeNull()
    book.replaceVenue('raydium-sim', [{ ...raydium, reserveA: 7n }], 3n)
    expect(book.byAddress(raydium.address)?.reserveA).toBe(7n)
    expect(book.byAddress(gone.address)).toBeUndefined()
    expect(book.all()).toHaveLength(2)
  })

  it('keeps a pool that a snapshot of the same session does not show yet', () => {
    const { book } = openBook()
    book.beginSession()
    book.update(raydium, 20n)
    book.replaceVenue('raydium-sim', [], 19n)
    expect(book.all()).toEqual([raydium])
  })

  it('finds the pools of a pair in both directions, by venue', () => {
    const { book } = openBook()
    book.beginSession()
    book.update(raydium, 1n)
    book.update(solPool('raydium-sim', { address: JUP, mintB: JUP }), 1n)
    expect(book.trading('raydium-sim', USDC, SOL)).toEqual([raydium])
    expect(book.trading('raydium-sim', SOL, USDC)).toEqual([raydium])
    expect(book.trading('orca-sim', SOL, USDC)).toEqual([])
    expect(book.trading('raydium-sim', USDC, JUP)).toEqual([])
  })

  it('is empty before the first read, live while slots come, stale when they stop', async () => {
    const { book, clock } = openBook()
    book.beginSession()
    book.seeSlot(5n)
    expect(book.status()).toBe('empty')
    book.markComplete()
    expect(book.status()).toBe('live')
    await clock.advance(1_001)
    expect(book.status()).toBe('stale')
    book.seeSlot(6n)
    book.seeSlot(4n)
    expect([book.status(), book.lastSlot()]).toEqual(['live', 6n])
  })
})
