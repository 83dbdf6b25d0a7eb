import fc from 'fast-check'
import { namedSigner } from '../testing/script'
import { expectConserved, mintOf, settleNow } from '../testing/trader'
import { openTestWorld, type TestWorld } from '../testing/world'

const SYMBOLS = ['SOL', 'USDC', 'USDT', 'JUP', 'BONK', 'RAY']
const GRANT = 2_000_000_000_000n

/** Every way from one symbol to another over one or two pools. */
function routes({ world }: TestWorld, input: string, output: string): number[][] {
  const pools = world.desk.pools.all()
  const other = (pool: (typeof pools)[number], mint: string) =>
    pool.mintA === mint ? pool.mintB : pool.mintB === mint ? pool.mintA : null
  return pools.flatMap((first) => {
    const middle = other(first, mintOf(input))
    if (middle === null) return []
    if (middle === mintOf(output)) return [[first.index]]
    return pools.flatMap((second) =>
      other(second, middle) === mintOf(output) ? [[first.index, second.index]] : [],
    )
  })
}

const swap = fc.record({
  tokens: fc.shuffledSubarray(SYMBOLS, { minLength: 2, maxLength: 2 }),
  swapMode: fc.constantFrom('ExactIn' as const, 'ExactOut' as const),
  legs: fc.array(fc.record({ amount: fc.bigInt(1n, 10_000_000_000n), route: fc.nat() }), {
    minLength: 1,
    maxLength: 3,
  }),
  atLeast: fc.bigInt(0n, 20_000_000_000n),
  pass: fc.nat(30),
})

it('neither makes nor loses a unit, whatever is swapped, and no pool ever loses by a swap', async () => {
  const test = await openTestWorld()
  const user = await namedSigner('random trader')
  await test.fund(user.address, Object.fromEntries(SYMBOLS.map((symbol) => [symbol, GRANT])))
  const outcomes = { settled: 0, failed: 0 }
  await fc.assert(
    fc.asyncProperty(swap, async ({ tokens, swapMode, legs, atLeast, pass }) => {
      const [input = '', output = ''] = tokens
      const ways = routes(test, input, output)
      const before = new Map(test.world.desk.pools.all().map((pool) => [pool.index, pool]))
      const outcome = await settleNow(test, {
        user,
        input,
        output,
        swapMode,
        legs: legs.map(({ amount, route }) => ({ amount, pools: ways[route % ways.length] ?? [] })),
        atLeast: swapMode === 'ExactOut' ? atLeast + 1n : atLeast,
      })
      expect(outcome).not.toBeNull()
      outcomes[outcome?.main.err === null ? 'settled' : 'failed'] += 1
      if (outcome?.rest !== null) expect(outcome?.rest.err).toBeNull()
      expectConserved(test)
      for (const pool of test.world.desk.pools.all()) {
        const old = before.get(pool.index)
        if (old !== undefined && pool.slot === BigInt(outcome?.main.slot ?? 0))
          expect(pool.reserveA * pool.reserveB).toBeGreaterThanOrEqual(old.reserveA * old.reserveB)
      }
      test.pass(pass)
      expectConserved(test)
    }),
    { numRuns: 80, seed: 7 },
  )
  expect(outcomes.settled).toBeGreaterThan(15)
  expect(outcomes.failed).toBeGreaterThan(5)
  expect(test.unpaid).toEqual([])
  test.end()
}, 60_000)
