import { ManualClock, settled } from '../testing/manual-clock'
import { FakeChain, silentEvents, solPool } from '../testing/world'
import { startFollower } from './follower'
import { PoolBook } from './pool-book'

const STALE_MS = 1_000
const raydium = solPool('raydium-sim')

async function follow(chain = new FakeChain()) {
  const clock = new ManualClock()
  const book = new PoolBook(clock, STALE_MS)
  chain.set(raydium)
  const follower = startFollower({
    chain,
    venueApi: chain,
    book,
    clock,
    random: { next: () => 0.5 },
    events: silentEvents(),
    staleMs: STALE_MS,
    retryMs: 100,
    retryMaxMs: 1_000,
  })
  await settled()
  return { chain, clock, book, follower }
}

describe('following the pools', () => {
  it('reads them all, then keeps up with every change', async () => {
    const { chain, book, follower } = await follow()
    expect(book.status()).toBe('live')
    expect(book.all()).toEqual([raydium])
    expect(follower.settlement()).toMatchObject({ genesisHash: 'genesis', tokenAccountRent: 2_039_280n })
    chain.tick()
    chain.change({ ...raydium, reserveA: 9n })
    chain.change(solPool('orca-sim'))
    await settled()
    expect(book.byAddress(raydium.address)?.reserveA).toBe(9n)
    expect(book.all()).toHaveLength(2)
    expect(book.lastSlot()).toBe(101n)
    await follower.stop()
  })

  it('reads everything again after a lost connection: what changed meanwhile is not missed', async () => {
    const { chain, clock, book, follower } = await follow()
    chain.away = true
    chain.breakConnection()
    await settled()
    chain.set({ ...raydium, reserveA: 5n })
    await clock.advance(STALE_MS + 1)
    expect(book.status()).toBe('stale')
    chain.away = false
    await clock.advance(STALE_MS)
    chain.tick()
    await settled()
    expect(book.status()).toBe('live')
    expect(book.byAddress(raydium.address)?.reserveA).toBe(5n)
    await follower.stop()
  })

  it('connects again when the slots fall silent on an open connection', async () => {
    const { chain, clock, follower } = await follow()
    expect(chain.sessions).toBe(1)
    await clock.advance(3 * STALE_MS)
    expect(chain.sessions).toBeGreaterThan(1)
    await follower.stop()
  })

  it('waits for a chain that is not there yet, ever longer up to a bound', async () => {
    const chain = new FakeChain()
    chain.away = true
    const { clock, book, follower } = await follow(chain)
    await clock.advance(10_000)
    expect(book.status()).toBe('empty')
    expect(follower.settlement()).toBeNull()
    chain.away = false
    await clock.advance(1_000)
    expect(book.status()).toBe('live')
    await follower.stop()
  })

  it('takes no account that is no pool, nor a pool with false decimals', async () => {
    const chain = new FakeChain()
    chain.set(solPool('orca-sim', { decimalsA: 6 }))
    const { book, follower } = await follow(chain)
    expect(book.all()).toEqual([raydium])
    await follower.stop()
  })
})
