import { applySwap, quotePool } from '@fillstream/core'
import { type KeyPairSigner } from '@solana/kit'
import { namedSigner } from '../testing/script'
import { calm, expectConserved, held, mintOf, poolOf, settleNow, signTrade, submit } from '../testing/trader'
import { openTestWorld, type TestWorld } from '../testing/world'

const FEE = 10_600n
const TOKEN_RENT = 2_039_280n
const RICH = {
  SOL: 1_000_000_000_000n,
  USDC: 1_000_000_000_000n,
  JUP: 1_000_000_000_000n,
  BONK: 1_000_000_000_000_000n,
}

let test: TestWorld
let user: KeyPairSigner
let wallets = 0
beforeAll(async () => {
  test = await openTestWorld()
})
beforeEach(async () => {
  user = await namedSigner(`settler ${(wallets += 1)}`)
  await test.fund(user.address, RICH)
  calm(test, 8)
})
afterEach(() => expectConserved(test))
afterAll(() => test.end())

/** Whether a wallet must make a token account for `symbol`. */
const opens = (symbol: string) => !(symbol in RICH)

describe.each([
  ['SOL', 'USDC', 50_000_000_000n],
  ['USDC', 'SOL', 7_500_000_000n],
  ['JUP', 'USDC', 12_345_678_901n],
  ['SOL', 'RAY', 1_000_000_001n],
  ['BONK', 'SOL', 99_999_999_999n],
])('%s for %s', (input, output, amount) => {
  const poolFor = () => {
    const pools = test.world.desk.pools.all()
    const mints = [mintOf(input), mintOf(output)]
    const pool = pools.find(({ mintA, mintB }) => mints.includes(mintA) && mints.includes(mintB))
    if (pool === undefined) throw new Error('no pool')
    return pool
  }

  it('ExactIn pays exactly what the curve gives: the least in the first transaction, the rest in the second', async () => {
    const pool = poolFor()
    const quote = quotePool(pool, mintOf(input), 'ExactIn', amount)
    if (!quote.ok) throw new Error(quote.reason)
    const before = [await held(test, user.address, input), await held(test, user.address, output)] as const
    const atLeast = (quote.swap.amountOut * 9_950n) / 10_000n
    const legs = [{ amount, pools: [pool.index] }]
    const outcome = await settleNow(test, { user, input, output, legs, atLeast })

    expect(outcome?.main.err).toBeNull()
    expect(outcome?.rest?.err).toBeNull()
    expect(outcome?.rest?.slot).toBe(outcome?.main.slot)
    const paid = before[0] - (await held(test, user.address, input))
    const got = (await held(test, user.address, output)) - before[1]
    const costs = FEE + (opens(output) ? TOKEN_RENT : 0n)
    expect(paid).toBe(amount + (input === 'SOL' ? costs : 0n))
    expect(got).toBe(quote.swap.amountOut - (output === 'SOL' ? costs : 0n))
    const slot = BigInt(outcome?.main.slot ?? 0)
    expect(test.world.desk.pools.at(pool.index)).toEqual(applySwap(pool, mintOf(input), quote.swap, slot))
  })

  it('ExactOut pays exactly what was asked for and gives back what was not needed', async () => {
    const pool = poolFor()
    const sold = quotePool(pool, mintOf(input), 'ExactIn', amount)
    if (!sold.ok) throw new Error(sold.reason)
    const exact = sold.swap.amountOut
    const quote = quotePool(pool, mintOf(input), 'ExactOut', exact)
    if (!quote.ok) throw new Error(quote.reason)
    const before = [await held(test, user.address, input), await held(test, user.address, output)] as const
    const legs = [{ amount: (quote.swap.amountIn * 10_050n) / 10_000n, pools: [pool.index] }]
    const trade = { user, input, output, legs, atLeast: exact, swapMode: 'ExactOut' as const }
    const outcome = await settleNow(test, trade)

    expect(outcome?.main.err).toBeNull()
    expect(outcome?.rest?.err).toBeNull()
    const paid = before[0] - (await held(test, user.address, input))
    const got = (await held(test, user.address, output)) - before[1]
    const costs = FEE + (opens(output) ? TOKEN_RENT : 0n)
    expect(paid).toBe(quote.swap.amountIn + (input === 'SOL' ? costs : 0n))
    expect(got).toBe(exact - (output === 'SOL' ? costs : 0n))
  })
})

it('lands a swap below its minimum as a failure: the fee is gone, everything else is as it was', async () => {
  const pool = poolOf(test, 'SOL', 'USDC')
  const quote = quotePool(pool, mintOf('SOL'), 'ExactIn', 1_000_000_000n)
  if (!quote.ok) throw new Error(quote.reason)
  const outcome = await settleNow(test, {
    user,
    input: 'SOL',
    output: 'USDC',
    legs: [{ amount: 1_000_000_000n, pools: [pool.index] }],
    atLeast: quote.swap.amountOut + 1n,
  })
  // The payout is the sixth instruction (after two for the budget, two for the account, one for the leg): insufficient funds.
  expect(outcome?.main.err).toEqual({ InstructionError: [6, { Custom: 1 }] })
  expect(outcome?.main.logs.join()).toContain('insufficient funds')
  expect(outcome?.rest).toBeNull()
  expect(await held(test, user.address, 'SOL')).toBe(RICH.SOL - FEE)
  expect(await held(test, user.address, 'USDC')).toBe(RICH.USDC)
  expect(test.world.desk.pools.at(pool.index)).toEqual(pool)
})

it('lands an ExactOut swap that needs more than was signed as a failure', async () => {
  const pool = poolOf(test, 'SOL', 'USDC', 'orca-sim')
  const quote = quotePool(pool, mintOf('USDC'), 'ExactOut', 10_000_000_000n)
  if (!quote.ok) throw new Error(quote.reason)
  const outcome = await settleNow(test, {
    user,
    input: 'USDC',
    output: 'SOL',
    swapMode: 'ExactOut',
    legs: [{ amount: quote.swap.amountIn - 1n, pools: [pool.index] }],
    atLeast: 10_000_000_000n,
  })
  expect(outcome?.main.err).toEqual({ InstructionError: [5, { Custom: 1 }] })
  expect(await held(test, user.address, 'USDC')).toBe(RICH.USDC)
  expect(test.world.desk.pools.at(pool.index)).toEqual(pool)
})

it('needs no second transaction where the curve gives exactly the least', async () => {
  const pool = poolOf(test, 'SOL', 'USDC', 'meteora-sim')
  const quote = quotePool(pool, mintOf('SOL'), 'ExactIn', 3_000_000_000n)
  if (!quote.ok) throw new Error(quote.reason)
  const legs = [{ amount: 3_000_000_000n, pools: [pool.index] }]
  const atLeast = quote.swap.amountOut
  const outcome = await settleNow(test, { user, input: 'SOL', output: 'USDC', legs, atLeast })
  expect(outcome?.main.err).toBeNull()
  expect(outcome?.rest).toBeNull()
  expect(await held(test, user.address, 'USDC')).toBe(RICH.USDC + atLeast)
})

it.each(['ExactIn', 'ExactOut'] as const)('settles %s over several legs and pools', async (swapMode) => {
  const direct = poolOf(test, 'JUP', 'USDC')
  const [first, second] = [poolOf(test, 'JUP', 'SOL', 'orca-sim'), poolOf(test, 'SOL', 'USDC', 'meteora-sim')]
  const legs = [
    { amount: 500_000_000_000n, pools: [direct.index] },
    { amount: 300_000_000_000n, pools: [first.index, second.index] },
  ]
  const quotes = [quotePool(direct, mintOf('JUP'), 'ExactIn', 500_000_000_000n)]
  const hop = quotePool(first, mintOf('JUP'), 'ExactIn', 300_000_000_000n)
  if (hop.ok) quotes.push(quotePool(second, mintOf('SOL'), 'ExactIn', hop.swap.amountOut))
  const gives = quotes.reduce((sum, quote) => sum + (quote.ok ? quote.swap.amountOut : 0n), 0n)
  const atLeast = (gives * 99n) / 100n
  const outcome = await settleNow(test, { user, input: 'JUP', output: 'USDC', swapMode, legs, atLeast })
  expect(outcome?.main.err).toBeNull()
  const paid = RICH.JUP - (await held(test, user.address, 'JUP'))
  const got = (await held(test, user.address, 'USDC')) - RICH.USDC
  if (swapMode === 'ExactIn') {
    expect([paid, got]).toEqual([800_000_000_000n, gives])
  } else {
    expect(got).toBe(atLeast)
    expect(paid).toBeLessThan(800_000_000_000n)
    expect(paid).toBeGreaterThan((800_000_000_000n * 98n) / 100n)
  }
})

it('never lands before its pool opens', async () => {
  const pool = poolOf(test, 'RAY', 'SOL')
  const legs = [{ amount: 1_000_000_000n, pools: [pool.index] }]
  const signed = await signTrade(test, { user, input: 'SOL', output: 'RAY', legs, atLeast: 0n })
  await submit(test, signed)
  test.world.desk.pools.update({ ...pool, openTime: 4_000_000_000n })
  test.pass()
  expect(test.world.chain.parts.history.has(signed.signature)).toBe(false)
  expect(await held(test, user.address, 'SOL')).toBe(RICH.SOL)
  test.world.desk.pools.update(pool)
})

it('fails on chain where a pool gives nothing, whatever little was asked for', async () => {
  const pool = poolOf(test, 'RAY', 'SOL')
  const legs = [{ amount: 1n, pools: [pool.index] }]
  const outcome = await settleNow(test, { user, input: 'SOL', output: 'RAY', legs, atLeast: 0n })
  expect(outcome?.main.err).not.toBeNull()
  expect(await held(test, user.address, 'SOL')).toBe(RICH.SOL - FEE)
})

it('fails on chain, with the fee charged, where the user has too little', async () => {
  const pool = poolOf(test, 'JUP', 'USDC')
  const legs = [{ amount: RICH.JUP + 1n, pools: [pool.index] }]
  const outcome = await settleNow(test, { user, input: 'JUP', output: 'USDC', legs, atLeast: 1n })
  expect(outcome?.main.err).toEqual({ InstructionError: [3, { Custom: 1 }] })
  expect(test.world.desk.pools.at(pool.index)).toEqual(pool)
})

it('never lands a swap of a wallet that cannot pay the fee', async () => {
  const poor = await namedSigner('poor')
  await test.fund(poor.address, { SOL: 1_000_000n, JUP: 5_000_000n })
  const trade = { user: poor, input: 'JUP', output: 'USDC', atLeast: 1n }
  const legs = [{ amount: 1_000_000n, pools: [poolOf(test, 'JUP', 'USDC').index] }]
  expect((await settleNow(test, { ...trade, legs }))?.main.err).not.toBeNull()
  const pauper = await namedSigner('pauper')
  expect(await settleNow(test, { ...trade, user: pauper, legs })).toBeNull()
  expect(test.dropped.at(-1)?.reason).toBe('unpayable')
})

it('does not let stray tokens on the payout account help a swap over its minimum', async () => {
  const pool = poolOf(test, 'SOL', 'USDC')
  const quote = quotePool(pool, mintOf('SOL'), 'ExactIn', 1_000_000_000n)
  if (!quote.ok) throw new Error(quote.reason)
  const payout = test.world.desk.payoutAccounts.get(mintOf('USDC')) ?? ''
  const source = await test.world.associated.addressOf(user.address, mintOf('USDC'))
  test.world.desk.bank.move(source, payout, 5_000_000n)
  const trade = {
    user,
    input: 'SOL',
    output: 'USDC',
    legs: [{ amount: 1_000_000_000n, pools: [pool.index] }],
  }
  const failed = await settleNow(test, { ...trade, atLeast: quote.swap.amountOut + 1n })
  expect(failed?.main.err).not.toBeNull()
  const settled = await settleNow(test, { ...trade, atLeast: 1n })
  expect(settled?.main.err).toBeNull()
  expect(await held(test, user.address, 'USDC')).toBe(RICH.USDC - 5_000_000n + quote.swap.amountOut)
  expect(test.world.desk.bank.balance(payout)).toBe(5_000_000n)
  test.world.desk.bank.move(payout, source, 5_000_000n)
})

it('refills an autoTopUp wallet that would be short, where one grant covers it', async () => {
  const demo = await namedSigner('demo')
  await test.fund(demo.address, { SOL: 10_000_000_000n, USDC: 1_000_000_000n }, true)
  const legs = [{ amount: 1_500_000_000n, pools: [poolOf(test, 'SOL', 'USDC').index] }]
  const trade = { user: demo, input: 'USDC', output: 'SOL', legs, atLeast: 1n }
  expect((await settleNow(test, trade))?.main.err).toBeNull()
  expect(await held(test, demo.address, 'USDC')).toBe(500_000_000n)
  const tooMuch = [{ amount: 1_500_000_001n, pools: legs[0]?.pools ?? [] }]
  expect((await settleNow(test, { ...trade, legs: tooMuch }))?.main.err).not.toBeNull()
  for (const amount of [9_000_000_000n, 9_000_000_000n]) {
    const sale = { user: demo, input: 'SOL', output: 'USDC', atLeast: 1n }
    const sold = await settleNow(test, { ...sale, legs: [{ amount, pools: legs[0]?.pools ?? [] }] })
    expect(sold?.main.err).toBeNull()
  }
})
