import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { namedKey, send, signTransfer, spam } from '../testing/spam'
import { namedSigner } from '../testing/script'
import { expectConserved, held, poolOf, type SignedTrade, signTrade, submit } from '../testing/trader'
import { openTestWorld, type TestWorld } from '../testing/world'

const RICH = { SOL: 10_000_000_000_000n, USDC: 1_000_000_000_000n }

let test: TestWorld
beforeEach(async () => {
  test = await openTestWorld()
  await test.fund((await namedSigner('roll user')).address, RICH)
  test.pass(5)
})
afterEach(() => test.end())

/** A swap of 1 SOL that will settle, signed over the newest blockhash. */
async function signed(orderId: string): Promise<SignedTrade> {
  const user = await namedSigner('roll user')
  const legs = [{ amount: 1_000_000_000n, pools: [poolOf(test, 'SOL', 'USDC').index] }]
  return signTrade(test, { user, input: 'SOL', output: 'USDC', legs, atLeast: 1n, orderId })
}

async function landed(orderId: string): Promise<SignedTrade> {
  const trade = await signed(orderId)
  test.pass(2)
  await submit(test, trade)
  test.pass()
  expect(statusOf(trade)).not.toBeNull()
  return trade
}

async function rollBack(slots: number, drop = false) {
  const done = test.world.chain.rollBack(slots, drop)
  test.pass()
  return done
}

const slotNow = () => test.world.chain.slot('processed')
const statusOf = ({ signature }: SignedTrade) => test.world.chain.parts.history.status(signature)
const accounts = () => new Map([...test.world.desk.ledger.all()])
/** What the market did to pools since is not what these tests are about. */
const userAccounts = async () =>
  Promise.all(
    ['SOL', 'USDC'].map(async (symbol) => held(test, (await namedSigner('roll user')).address, symbol)),
  )

it('brings accounts, history and pools back to what they were, and slots go on', async () => {
  const before = [await userAccounts(), accounts()] as const
  const trade = await landed('undone')
  const slot = slotNow()
  const pools = test.world.desk.pools.all()
  expect(await userAccounts()).not.toEqual(before[0])

  const { from, to, transactions } = await rollBack(3, true)
  expect([from, to]).toEqual([slot - 3, slot])
  expect(transactions.map(({ wire }) => wire.signature)).toEqual([trade.signature])
  expect(slotNow()).toBe(slot + 1)
  expect(statusOf(trade)).toBeNull()
  expect(test.world.chain.knows(trade.signature)).toBe(false)
  expect(await userAccounts()).toEqual(before[0])
  expect(test.world.desk.pools.all()).not.toEqual(pools)
  const { history } = test.world.chain.parts
  expect(history.forAddress(test.world.desk.router.address, Infinity, { limit: 10 })).toEqual([])
  expectConserved(test)
})

it('is seen by readers of every commitment: as if the slots had been empty', async () => {
  const { address } = await namedSigner('roll user')
  const { desk } = test.world
  const before = desk.ledger.lamports(address)
  await landed('read')
  test.pass(2)
  const { from } = await rollBack(4, true)
  for (let slot = from - 1; slot <= slotNow(); slot += 1)
    expect(desk.ledger.readAt(address, slot)?.lamports).toBe(before)
  expect(desk.ledger.changedIn(slotNow()).has(address)).toBe(true)
})

it('lands what it undid again, once, in a later slot', async () => {
  const trade = await landed('again')
  const first = statusOf(trade)?.slot ?? 0
  await rollBack(2)
  const second = statusOf(trade)?.slot ?? 0
  expect(second).toBeGreaterThan(first)
  test.pass(3)
  await submit(test, trade)
  test.pass(3)
  expect(statusOf(trade)).toEqual({ slot: second, err: null })
  const { history } = test.world.chain.parts
  const found = history.forAddress(test.world.desk.router.address, Infinity, { limit: 10 })
  expect(found.map(({ slot }) => slot)).toEqual([second, second])
  expectConserved(test)
})

it('takes dropped bytes in anew', async () => {
  const trade = await landed('resent')
  await rollBack(2, true)
  test.pass(5)
  expect(statusOf(trade)).toBeNull()
  await submit(test, trade)
  test.pass()
  expect(statusOf(trade)?.slot).toBe(slotNow())
  expectConserved(test)
})

it('kills the blockhashes of its slots, and no others', async () => {
  const { chain } = test.world
  const kept = chain.latestBlockhash('confirmed').blockhash
  test.pass()
  const dead = chain.latestBlockhash('processed').blockhash
  const trade = await signed('dead-blockhash')
  test.pass()
  await rollBack(1)
  expect(chain.lastValidSlot(dead, 'processed')).toBeNull()
  expect(chain.lastValidSlot(kept, 'processed')).not.toBeNull()
  await expect(submit(test, trade)).rejects.toMatchObject({ code: 'BLOCKHASH_NOT_FOUND' })
  const hashes = [chain.latestBlockhash('confirmed').blockhash, kept]
  test = await test.restart(false)
  expect(test.world.chain.lastValidSlot(dead, 'processed')).toBeNull()
  for (const hash of hashes) expect(test.world.chain.lastValidSlot(hash, 'processed')).not.toBeNull()
})

it('repeats grants and moves of pools, exactly', async () => {
  const { address } = await namedSigner('roll user')
  const pool = poolOf(test, 'SOL', 'USDC')
  const moved = test.world.chain.atNextSlot((slot) => test.world.market.shift(pool, -500, slot))
  await test.fund(address, { JUP: 1_000n }, true)
  await moved
  const price = () => {
    const { reserveA, reserveB } = poolOf(test, 'SOL', 'USDC')
    return Number(reserveB) / Number(reserveA)
  }
  const after = price()
  test.pass(2)
  for (let time = 0; time < 3; time += 1) {
    await rollBack(2 + time, true)
    expect(await held(test, address, 'JUP')).toBe(1_000n)
    expect(price() / after).toBeCloseTo(1, 3)
    expectConserved(test)
  }
})

it('undoes slots over and over, also those that followed an earlier rollback', async () => {
  const trades: SignedTrade[] = []
  for (let each = 0; each < 6; each += 1) {
    trades.push(await landed(`over-${each}`))
    await rollBack(1 + (each % 4), each % 2 === 1)
    test.pass(each)
  }
  for (const trade of trades) await submit(test, trade).catch(() => undefined)
  test.pass(40)
  expectConserved(test)
  const { history } = test.world.chain.parts
  const memos = history.forAddress(test.world.desk.router.address, Infinity, { limit: 100 })
  const settled = memos.filter(({ memo }) => memo?.includes('route:1') === true)
  expect(new Set(settled.map(({ signature }) => signature)).size).toBe(settled.length)
  expect(history.count).toBe(memos.length)
})

it('reaches no further back than finality, nor than the start of the process', async () => {
  await expect(rollBack(31, true)).rejects.toThrow('only the last')
  test.pass(40)
  await expect(rollBack(32, true)).rejects.toThrow('only the last 31 confirmed slots can be undone')
  const { from } = await rollBack(31, true)
  expect(from).toBe(slotNow() - 32)
  expectConserved(test)
})

describe.each([true, false])('after a death (the snapshot before it: %s)', (snapshot) => {
  it('it is as if the slots had never been', async () => {
    await spam(test, 5)
    const kept = await landed('kept')
    test.pass(4)
    const gone = await landed('gone')
    if (snapshot) test.world.chain.snapshot()
    await rollBack(1, true)
    const again = await landed('again')
    await rollBack(2, true)
    await submit(test, again)
    test.pass(3)
    const left = [accounts(), test.world.chain.parts.history.count, statusOf(again)] as const
    test = await test.restart(false)
    expect(accounts()).toEqual(left[0])
    expect(test.world.chain.parts.history.count).toBe(left[1])
    expect(statusOf(again)).toEqual(left[2])
    expect([statusOf(kept) === null, statusOf(gone)]).toEqual([false, null])
    expectConserved(test)
  })
})

it('gives the accounts that the VM was born with back to it', async () => {
  const from = namedKey('plain')
  await test.fund(from.address, { SOL: 1_000_000_000n })
  const { ledger } = test.world.desk
  const before = ledger.read(WRAPPED_SOL_MINT)
  send(test, signTransfer(test, from, WRAPPED_SOL_MINT, 5n, 'born'))
  test.pass()
  expect(ledger.tracked(WRAPPED_SOL_MINT)?.lamports).toBe((before?.lamports ?? 0n) + 5n)
  await rollBack(1, true)
  expect(ledger.read(WRAPPED_SOL_MINT)).toEqual(before)
  expect(ledger.tracked(WRAPPED_SOL_MINT)).toBeNull()
  expectConserved(test)
})

it('lands plain sends again as well', async () => {
  const from = namedKey('plain')
  await test.fund(from.address, { SOL: 1_000_000_000n })
  const to = namedKey('receiver').address
  const wire = signTransfer(test, from, to, 5_000_000n, 'plain')
  test.pass(2)
  send(test, wire)
  test.pass()
  expect(test.world.desk.ledger.lamports(to)).toBe(5_000_000n)
  await rollBack(2)
  test.pass()
  expect(test.world.desk.ledger.lamports(to)).toBe(5_000_000n)
  expect(test.world.chain.parts.history.status(wire.signature)?.slot).toBeGreaterThan(0)
  expectConserved(test)
})
