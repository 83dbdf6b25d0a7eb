import { namedSigner } from '../testing/script'
import {
  expectConserved,
  held,
  poolOf,
  settleNow,
  type SignedTrade,
  signTrade,
  submit,
} from '../testing/trader'
import { spam } from '../testing/spam'
import { openTestWorld, testConfig, type TestWorld } from '../testing/world'
import { BLOCKHASH_WINDOW } from './blockhashes'

const RICH = { SOL: 10_000_000_000_000n, USDC: 1_000_000_000_000n }

let test: TestWorld
beforeEach(async () => {
  test = await openTestWorld()
  const user = await namedSigner('chain user')
  await test.fund(user.address, RICH)
})
afterEach(() => test.end())

/** A swap of 1 SOL that will settle, signed over the newest blockhash. */
async function signed(orderId: string): Promise<SignedTrade> {
  const user = await namedSigner('chain user')
  const legs = [{ amount: 1_000_000_000n, pools: [poolOf(test, 'SOL', 'USDC').index] }]
  return signTrade(test, { user, input: 'SOL', output: 'USDC', legs, atLeast: 1n, orderId })
}

const settlements = () => test.landed.filter(({ memo }) => memo?.includes('route:1') === true)
const statusOf = (trade: SignedTrade) => test.world.chain.parts.history.status(trade.signature)

describe('the same bytes', () => {
  it('never run twice: not while under way, not after landing, not after 600 transactions and a restart', async () => {
    const trade = await signed('once')
    await submit(test, trade)
    await submit(test, trade)
    test.pass()
    await submit(test, trade)
    test.pass()
    expect(settlements()).toHaveLength(1)
    const balance = await held(test, (await namedSigner('chain user')).address, 'SOL')
    await spam(test, 600)
    expect(test.landed.length).toBeGreaterThan(600)
    expect(test.landed.every(({ err }) => err === null)).toBe(true)
    await submit(test, trade)
    test.pass()
    expect(test.landed.filter(({ signature }) => signature === trade.signature)).toHaveLength(1)

    const landed = test.landed.length
    test = await test.restart(false)
    expect(test.world.chain.parts.history.count).toBe(landed)
    await submit(test, trade)
    test.pass(3)
    expect(test.landed).toEqual([])
    expect(await held(test, (await namedSigner('chain user')).address, 'SOL')).toBe(balance)
    expectConserved(test)
  })

  it('would be refused by the VM itself, too, long after they ran', async () => {
    const trade = await signed('vm')
    await submit(test, trade)
    test.pass()
    const bytes = test.landed[0]?.bytes ?? new Uint8Array(0)
    await spam(test, 600)
    expect(test.landed.length).toBeGreaterThan(600)
    expect(test.world.chain.parts.vm.execute(bytes, true).err).toBe('AlreadyProcessed')
  })
})

describe('a blockhash', () => {
  it('is good for 150 blocks: the last of them lands', async () => {
    const trade = await signed('old')
    test.pass(BLOCKHASH_WINDOW - 1)
    await submit(test, trade)
    test.pass()
    expect(statusOf(trade)).toEqual({ slot: test.world.chain.slot('processed'), err: null })
  })

  it('that is older is refused', async () => {
    const trade = await signed('too-old')
    test.pass(BLOCKHASH_WINDOW + 1)
    await expect(submit(test, trade)).rejects.toMatchObject({ code: 'BLOCKHASH_NOT_FOUND' })
  })

  it('that grows too old on the way keeps its transaction from ever landing', async () => {
    test.end()
    test = await openTestWorld(testConfig({ SIM_CONFIRM_DELAY_MS: '3100' }))
    await test.fund((await namedSigner('chain user')).address, RICH)
    const trade = await signed('slow')
    await submit(test, trade)
    test.pass(200)
    expect(statusOf(trade)).toBeNull()
    expect(test.dropped).toEqual([{ signature: trade.signature, reason: 'expired' }])
  })
})

describe('delays', () => {
  it('are drawn from the range, the same for the same seed', async () => {
    const slots = async () => {
      test.end()
      test = await openTestWorld(testConfig({ SIM_CONFIRM_DELAY_MS: '100-400', SIM_SEED: 'delays' }))
      await test.fund((await namedSigner('chain user')).address, RICH)
      const start = test.world.chain.slot('processed')
      for (let each = 0; each < 20; each += 1) await submit(test, await signed(`delayed-${each}`))
      test.pass(30)
      return settlements().map(({ slot }) => slot - start)
    }
    const first = await slots()
    expect(first).toHaveLength(20)
    expect(Math.min(...first)).toBeGreaterThanOrEqual(5)
    expect(Math.max(...first)).toBeLessThanOrEqual(20)
    expect(new Set(first).size).toBeGreaterThan(5)
    expect(await slots()).toEqual(first)
  })
})

describe('commitments', () => {
  it('follow: processed at landing, confirmed a slot later, finalized 32 slots later; readers see their own state', async () => {
    const { chain, desk } = test.world
    const user = await namedSigner('chain user')
    const before = desk.ledger.lamports(user.address)
    await submit(test, await signed('commitment'))
    test.pass()
    const after = desk.ledger.lamports(user.address)
    expect(after).toBeLessThan(before)
    const seen = (commitment: 'processed' | 'confirmed' | 'finalized') =>
      desk.ledger.readAt(user.address, chain.slot(commitment))?.lamports
    expect([seen('processed'), seen('confirmed')]).toEqual([after, before])
    test.pass()
    expect(seen('confirmed')).toBe(after)
    test.pass(30)
    expect(seen('finalized')).toBe(before)
    test.pass()
    expect(seen('finalized')).toBe(after)
  })
})

it('reads landed transactions and accounts back over a snapshot and what came after it', async () => {
  await submit(test, await signed('before-snapshot'))
  test.pass()
  test.world.chain.snapshot()
  await submit(test, await signed('after-snapshot'))
  test.pass(3)
  const memos = test.landed.map(({ memo }) => memo)
  const accounts = new Map([...test.world.desk.ledger.all()])
  for (let time = 0; time < 2; time += 1) {
    test = await test.restart(false)
    const { history } = test.world.chain.parts
    const found = history.forAddress(test.world.desk.router.address, Infinity, { limit: 10 })
    expect(found.map(({ memo }) => memo).reverse()).toEqual(memos)
    expect(new Map([...test.world.desk.ledger.all()])).toEqual(accounts)
  }
  expectConserved(test)
})

describe.each([true, false])('a restart (orderly: %s)', (orderly) => {
  it('keeps every landed transaction, all balances, the genesis and the faucet, and never takes a slot back', async () => {
    const user = await namedSigner('chain user')
    await test.fund(user.address, { JUP: 1_000_000n }, true)
    await submit(test, await signed('kept'))
    test.pass(7)
    const { chain, desk, genesis } = test.world
    await submit(test, await signed('pending-is-not-kept'))
    const lifetime = chain.latestBlockhash('processed')
    const accounts = new Map([...desk.ledger.all()])
    const slot = chain.slot('processed')
    const landed = [...test.landed]

    test = await test.restart(orderly)
    const again = test.world
    expect(again.genesis).toEqual(genesis)
    expect(again.desk.router.address).toBe(desk.router.address)
    expect(new Map([...again.desk.ledger.all()])).toEqual(accounts)
    expect(again.chain.slot('processed')).toBeGreaterThanOrEqual(slot)
    expect(again.chain.slot('processed') - slot).toBeLessThanOrEqual(32)
    for (const transaction of landed) {
      expect(again.chain.parts.history.status(transaction.signature)).toEqual({
        slot: transaction.slot,
        err: null,
      })
      const read = again.chain.parts.history.transaction(transaction.signature)
      expect({ ...read, bytes: Buffer.from(read?.bytes ?? []) }).toEqual({
        ...transaction,
        bytes: Buffer.from(transaction.bytes),
        inner: expect.anything() as unknown,
      })
    }
    expect(again.desk.pools.all()).toEqual(desk.pools.all())
    // What was signed before can still land: a halted chain does not make blockhashes older.
    expect(again.chain.lastValidSlot(lifetime.blockhash, 'processed')).toBe(lifetime.lastValidBlockHeight)
    const legs = [{ amount: 2_000_000n, pools: [poolOf(test, 'JUP', 'USDC').index] }]
    const outcome = await settleNow(test, { user, input: 'JUP', output: 'USDC', legs, atLeast: 1n })
    expect(outcome?.main.err).toBeNull()
    expectConserved(test)
  })
})
