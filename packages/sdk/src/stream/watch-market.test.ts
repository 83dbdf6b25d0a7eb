import fc from 'fast-check'
import { createTestClient } from '../testing/client'
import { poolOf, wireLaunch, wirePrice } from '../testing/market-feed'
import { orderIdOf } from '../testing/orders'
import { problem, startStandIn, type StandIn } from '../testing/stand-in'
import type { Fate } from '../testing/stream-server'

const { inputMint: SOL, outputMint: USDC } = wirePrice(0)
const PAIR = { inputMint: SOL, outputMint: USDC }

let engine: StandIn
beforeEach(async () => {
  engine = await startStandIn()
})
afterEach(() => engine.close())

function connect(options: object = {}) {
  return createTestClient({ baseUrl: engine.url, streamUrl: engine.streamUrl, ...options })
}

/** The first `count` of a stream, which is then left. */
async function take<Item>(count: number, items: AsyncIterable<Item>): Promise<Item[]> {
  const taken: Item[] = []
  for await (const item of items) if (taken.push(item) === count) break
  return taken
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

const nobodyConnected = () => until(() => engine.stream.openSockets === 0)
const subscribes = () => engine.stream.messages.filter(({ type }) => type === 'subscribe')

describe('prices', () => {
  test('the last price, then live ones, with bigint amounts', async () => {
    engine.market.price(wirePrice(7))
    const prices = connect().client.prices.watch(PAIR)
    expect((await prices.next()).value).toEqual({
      ...wirePrice(7),
      exactIn: [
        { size: 100_000_000n, amount: 15_094_156n },
        { size: 1_000_000_000n, amount: 150_941_563n },
      ],
      exactOut: [{ size: 1_000_000n, amount: 6_625_080n }],
    })
    engine.market.price(wirePrice(8, { inputMint: USDC, outputMint: SOL }))
    engine.market.price(wirePrice(9))
    expect((await prices.next()).value).toMatchObject({ slot: 9, inputMint: SOL })
    expect(subscribes()).toEqual([{ type: 'subscribe', channel: 'prices', id: `${SOL}-${USDC}` }])
    await prices.return?.()
    await nobodyConnected()
  })

  test('a pair without a price is waited for', async () => {
    const prices = connect().client.prices.watch(PAIR)
    const first = prices.next()
    await until(() => subscribes().length === 1)
    engine.market.price(wirePrice(1))
    expect((await first).value?.slot).toBe(1)
    await prices.return?.()
  })

  test('a slot that is passed is not told again, by no snapshot and no event', async () => {
    engine.market.price(wirePrice(5))
    // The greeting and the snapshot, then the cut; the second connection says all twice.
    engine.stream.plan([{ framesBeforeEnd: 2, end: 'cut' }, { repeat: 1 }])
    const { client } = connect()
    const prices = client.prices.watch(PAIR)
    await prices.next()
    const second = prices.next()
    await until(() => subscribes().length === 2)
    engine.market.price(wirePrice(4))
    engine.market.price(wirePrice(6))
    expect((await second).value?.slot).toBe(6)
    await prices.return?.()
  })

  test('a price that came during an outage is told by the snapshot after it, and counts as news', async () => {
    engine.market.price(wirePrice(1))
    engine.stream.plan(Array(4).fill({ framesBeforeEnd: 2, end: 'cut' }))
    let frames = 0
    engine.stream.onFrame = () => {
      if (++frames % 2 === 0) engine.market.price(wirePrice(1 + frames / 2))
    }
    const { client, waits } = connect({ maxReconnects: 1 })
    const slots = (await take(5, client.prices.watch(PAIR))).map(({ slot }) => slot)
    expect(slots).toEqual([1, 2, 3, 4, 5])
    expect(waits).toEqual([187, 187, 187, 187])
  })

  test('a slow reader skips to the newest', async () => {
    engine.market.price(wirePrice(1))
    const { client } = connect()
    const prices = client.prices.watch(PAIR)
    await prices.next()
    for (let slot = 2; slot <= 500; slot++) engine.market.price(wirePrice(slot))
    // What follows on the same socket is read after them.
    engine.log.append(orderIdOf(1), 'failed')
    await take(1, client.orders.watch(orderIdOf(1)))
    expect(engine.stream.handshakes).toHaveLength(1)
    expect((await prices.next()).value?.slot).toBe(500)
    await prices.return?.()
  })

  test('symbols are looked up, mints are not', async () => {
    const token = { decimals: 9, name: null, verified: true }
    const items = [
      { ...token, mint: poolOf(1), symbol: 'SOL', verified: false },
      { ...token, mint: SOL, symbol: 'SOL' },
    ]
    engine.on('GET /v1/tokens', () => ({ status: 200, body: { items, nextCursor: null } }))
    engine.market.price(wirePrice(3))
    const { client } = connect()
    await take(1, client.prices.watch(PAIR))
    expect(engine.seen).toEqual([])
    await take(1, client.prices.watch({ inputMint: 'SOL', outputMint: USDC }))
    expect(engine.seen).toHaveLength(1)
    expect(subscribes().map(({ id }) => id)).toEqual(Array(2).fill(`${SOL}-${USDC}`))

    await expect(take(1, client.prices.watch({ inputMint: SOL, outputMint: 'SOL' }))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'outputMint', code: 'SAME_MINT' }],
    })
    await expect(take(1, client.prices.watch({ inputMint: 'XXX', outputMint: SOL }))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'inputMint is neither a listed symbol nor a mint address',
      errors: [{ path: 'inputMint', code: 'UNKNOWN_MINT' }],
    })
    expect(subscribes()).toHaveLength(2)
  })

  test('a token list that is refused ends it; whoever leaves before it came never subscribes', async () => {
    engine.on('GET /v1/tokens', () => ({ status: 403, body: problem('FORBIDDEN', 403) }))
    const { client } = connect()
    const pair = { inputMint: 'SOL', outputMint: 'USDC' }
    await expect(take(1, client.prices.watch(pair))).rejects.toMatchObject({ code: 'FORBIDDEN' })

    engine.on('GET /v1/tokens', () => 'hang')
    const left = client.prices.watch(pair)
    const next = left.next()
    await until(() => engine.seen.length === 2)
    await left.return?.()
    expect(await next).toEqual({ done: true, value: undefined })

    const abort = new AbortController()
    const reason = new Error('enough')
    const aborted = client.prices.watch(pair, { signal: abort.signal }).next()
    await until(() => engine.seen.length === 3)
    abort.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    expect(engine.stream.handshakes).toEqual([])
  })

  test('whoever leaves at once subscribes to nothing', async () => {
    engine.log.append(orderIdOf(1), 'failed')
    const { client } = connect()
    const prices = client.prices.watch(PAIR)
    const next = prices.next()
    await prices.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    // It would have been on the same socket, and before.
    await take(1, client.orders.watch(orderIdOf(1)))
    expect(subscribes().map(({ channel }) => channel)).toEqual(['order'])
  })

  test('an abort throws its reason and closes the socket', async () => {
    engine.market.price(wirePrice(1))
    const abort = new AbortController()
    const prices = connect().client.prices.watch(PAIR, { signal: abort.signal })
    await prices.next()
    const pending = prices.next()
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(pending).rejects.toBe(reason)
    expect(await prices.next()).toEqual({ done: true, value: undefined })
    await nobodyConnected()
  })
})

describe('launches', () => {
  test('the last ones, then live ones, each once', async () => {
    engine.market.launch(wireLaunch(1))
    engine.market.launch(wireLaunch(2))
    engine.stream.plan([{ repeat: 2 }])
    const launches = connect().client.launches.watch()
    expect((await launches.next()).value).toEqual({ ...wireLaunch(1), quoteReserve: 12_000_000_000n })
    expect((await launches.next()).value?.pool).toBe(poolOf(2))
    const third = launches.next()
    engine.market.launch(wireLaunch(1))
    engine.market.launch(wireLaunch(3))
    expect((await third).value?.pool).toBe(poolOf(3))
    await launches.return?.()
    await nobodyConnected()
  })

  test('they share a socket with orders and prices', async () => {
    engine.market.price(wirePrice(1))
    engine.market.launch(wireLaunch(1))
    engine.log.append(orderIdOf(1), 'pending')
    const { client } = connect()
    const streams = [client.prices.watch(PAIR), client.launches.watch(), client.orders.watch(orderIdOf(1))]
    for (const stream of streams) await stream.next()
    expect(engine.stream.handshakes).toHaveLength(1)
    for (const stream of streams) await stream.return?.()
    await nobodyConnected()
  })

  test('a reader that is slower than the market holds a bounded number: the newest', async () => {
    const { client } = connect()
    const launches = client.launches.watch()
    engine.market.launch(wireLaunch(1))
    await launches.next()
    for (let n = 2; n <= 2_000; n++) engine.market.launch(wireLaunch(n))
    engine.log.append(orderIdOf(1), 'failed')
    await take(1, client.orders.watch(orderIdOf(1)))
    const waiting = (await take(1_024, launches)).map(({ pool }) => pool)
    expect(waiting).toEqual(Array.from({ length: 1_024 }, (_, n) => poolOf(2_000 - 1_024 + 1 + n)))
  })
})

/** A connection that ends somewhere, somehow, and may say things twice. */
const fate: fc.Arbitrary<Fate> = fc.record(
  {
    refuse: fc.constantFrom(502, 503),
    framesBeforeEnd: fc.integer({ min: 1, max: 12 }),
    end: fc.constantFrom<(number | 'cut')[]>('cut', 1001, 1011, 4429),
    repeat: fc.integer({ min: 0, max: 4 }),
  },
  { requiredKeys: ['framesBeforeEnd', 'end'] },
)

test('over any drops and repeats slots rise to the newest, and every launch comes once, in order', async () => {
  const LAST = 30
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 8 }), async (fates) => {
      const market = await startStandIn()
      try {
        let told = 0
        const happen = () => {
          if (told === LAST) return
          told++
          market.market.price(wirePrice(told))
          market.market.launch(wireLaunch(told))
        }
        happen()
        market.stream.onFrame = () => setImmediate(happen)
        market.stream.plan(fates)
        const { client } = createTestClient({ baseUrl: market.url, streamUrl: market.streamUrl })
        const launches = take(LAST, client.launches.watch())
        const slots: number[] = []
        for await (const { slot } of client.prices.watch(PAIR)) {
          slots.push(slot)
          if (slot === LAST) break
        }
        expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b))
        expect((await launches).map(({ pool }) => pool)).toEqual(
          Array.from({ length: LAST }, (_, n) => poolOf(n + 1)),
        )
      } finally {
        await market.close()
      }
    }),
    { numRuns: 40 },
  )
}, 60_000)
