import { poolAsOf, quotePool } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { roundTrip } from '../fork/round-trip'
import { auditBooks } from '../tokens/audit'
import { readMint, readTokenAccount } from '../tokens/token-account'
import { namedSigner } from '../testing/script'
import { expectConserved, held, signTrade, submit } from '../testing/trader'
import { openTestWorld, type TestWorld } from '../testing/world'
import { LAUNCH_KINDS, type LaunchKind } from './kinds'
import { type Launch } from './launcher'

const SOL = 1_000_000_000n
let test: TestWorld
beforeAll(async () => {
  test = await openTestWorld()
})
afterAll(() => test.end())

function launch(kind: LaunchKind, openInMs = 0): Promise<Launch> {
  return launchIn(test, kind, openInMs)
}

/** Lets slots pass until the launch is on disk, and none after that. */
async function launchIn({ world, pass }: TestWorld, kind: LaunchKind, openInMs: number): Promise<Launch> {
  let done = false
  const launched = world.launcher
    .create({ kind, openInMs, quoteMint: WRAPPED_SOL_MINT, venue: 'orca-sim' })
    .finally(() => (done = true))
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve))
    if (done) return launched
    pass()
  }
}

const balancesOf = (owner: string) =>
  test.world.desk.ledger.tokenAccountsOf(owner).flatMap((address) => {
    const state = test.world.desk.ledger.read(address)
    const account = state === null ? null : readTokenAccount(state)
    return account?.owner === owner ? [account] : []
  })

it.each(LAUNCH_KINDS)('makes a token of the kind %s, whose accounts say so', async (kind) => {
  const { pool, creator } = await launch(kind)
  const state = test.world.desk.ledger.read(pool.mintA)
  const mint = state === null ? null : readMint(state)
  expect(mint).toEqual({
    supply: 10n ** 15n,
    decimals: 6,
    mintAuthority: kind === 'mintAuthority' ? creator : null,
    freezeAuthority: kind === 'freezeAuthority' ? creator : null,
  })
  const share = balancesOf(creator).reduce((sum, account) => sum + account.amount, 0n)
  expect(share).toBe((kind === 'creatorHoldsMost' ? 65n : 5n) * 10n ** 13n)
  expect(pool.reserveA).toBe(10n ** 15n - share)
  expect(pool.reserveB).toBe(kind === 'lowLiquidity' ? SOL / 5n : 200n * SOL)
  expect(pool.launch?.creator).toBe(creator)
  expectConserved(test)
})

it('is read again as it was by the next process', async () => {
  const other = await openTestWorld()
  const { pool } = await launchIn(other, 'unsellable', 0)
  const next = await other.restart(false)
  expect(next.world.desk.pools.find(pool.address)).toEqual(pool)
  expect(next.world.desk.payoutAccounts.has(pool.mintA)).toBe(true)
  expect(next.world.desk.refusesSale(pool, pool.mintA)).toBe(true)
  next.end()
})

describe('before it opens', () => {
  it('a swap is not taken in, and one that is under way does not land', async () => {
    const user = await namedSigner('early bird')
    await test.fund(user.address, { SOL: 10n * SOL })
    const { pool } = await launch('good', 10 * test.config.SIM_SLOT_MS)
    const opens = Number(pool.launch?.openSlot)
    expect(opens).toBe(Number(pool.slot) + 10)
    const trade = () =>
      signTrade(test, {
        user,
        input: 'SOL',
        output: pool.mintA,
        legs: [{ amount: SOL, pools: [pool.index] }],
        atLeast: 1n,
      })
    await expect(submit(test, await trade())).rejects.toMatchObject({ code: 'POOL_NOT_OPEN' })
    while (test.world.chain.slot('processed') < opens - 2) test.pass()
    await expect(submit(test, await trade())).rejects.toMatchObject({ code: 'POOL_NOT_OPEN' })
    test.pass()
    const signed = await trade()
    await submit(test, signed)
    test.pass()
    const landed = test.world.chain.parts.history.transaction(signed.signature)
    expect(landed).toMatchObject({ slot: opens, err: null })
    const bought = await held(test, user.address, pool.mintA)
    const expected = quotePool(poolAsOf(pool, BigInt(opens)), WRAPPED_SOL_MINT, 'ExactIn', SOL)
    expect(expected.ok && expected.swap.amountOut).toBe(bought)
    expectConserved(test)
  })
})

describe('a round trip on a fork', () => {
  it('tells what buying and selling back loses, before the opening too, and leaves no trace', async () => {
    const { pool } = await launch('good', 10_000)
    const before = [...test.world.desk.ledger.all()]
    const books = auditBooks(test.world.desk.ledger, test.world.chain.parts.facts)
    const tried = await roundTrip(test.world, pool.address, SOL)
    expect(tried).toMatchObject({ slot: Number(pool.launch?.openSlot), error: null })
    // Twice the launch fee of 5 %: 1 - 0.95 * 0.95, and the impact on the fee's part.
    expect(tried.lossBps).toBeGreaterThanOrEqual(970)
    expect(tried.lossBps).toBeLessThan(1_000)
    expect([...test.world.desk.ledger.all()]).toEqual(before)
    expect(auditBooks(test.world.desk.ledger, test.world.chain.parts.facts)).toEqual(books)
  })

  it('finds out that a token cannot be sold', async () => {
    const { pool } = await launch('unsellable', 10_000)
    const tried = await roundTrip(test.world, pool.address, SOL)
    expect(tried.bought).toBeGreaterThan(0n)
    expect(tried).toMatchObject({ soldBack: null, lossBps: null })
    expect(tried.error).toContain('the sale was refused')
  })

  it('is the same in a VM that has been used before', async () => {
    const { pool } = await launch('good')
    const first = await roundTrip(test.world, pool.address, 3n * SOL)
    expect(await roundTrip(test.world, pool.address, 3n * SOL)).toEqual(first)
    const together = await Promise.all([1, 2, 3].map(() => roundTrip(test.world, pool.address, 3n * SOL)))
    for (const each of together) expect(each).toEqual(first)
  })
})
