import { BLOCKHASH_WINDOW } from '../svm/blockhashes'
import { seededRandom } from '../svm/delay'
import { namedSigner } from '../testing/script'
import { expectConserved, poolOf, type SignedTrade, signTrade, submit } from '../testing/trader'
import { openTestWorld, type TestWorld } from '../testing/world'
import { createFaults } from './faults'
import { faultSet } from './schema'

let test: TestWorld
beforeEach(async () => {
  test = await openTestWorld()
  await test.fund((await namedSigner('unlucky')).address, { SOL: 10_000_000_000_000n })
})
afterEach(() => test.end())

const landing = (shares: object) => test.faults.set(faultSet.parse({ landing: shares }))
const statusOf = ({ signature }: SignedTrade) => test.world.chain.parts.history.status(signature)

async function signed(orderId: string): Promise<SignedTrade> {
  const user = await namedSigner('unlucky')
  const legs = [{ amount: 1_000_000_000n, pools: [poolOf(test, 'SOL', 'USDC').index] }]
  return signTrade(test, { user, input: 'SOL', output: 'USDC', legs, atLeast: 1n, orderId })
}

it('drop: taken in, known to nobody, and taken in anew when it comes again', async () => {
  const trade = await signed('dropped')
  landing({ drop: 1 })
  expect(await submit(test, trade)).toBe(trade.signature)
  expect(test.world.chain.knows(trade.signature)).toBe(false)
  test.pass(3)
  expect(statusOf(trade)).toBeNull()
  expect(test.dropped).toEqual([{ signature: trade.signature, reason: 'lost' }])
  landing({})
  await submit(test, trade)
  test.pass()
  expect(statusOf(trade)).toMatchObject({ err: null })
})

it('late: lands in the last slot in which its blockhash is valid, and is known all the while', async () => {
  const trade = await signed('late')
  const { lastValidBlockHeight } = test.world.chain.latestBlockhash('processed')
  landing({ late: 1 })
  await submit(test, trade)
  landing({})
  test.pass(BLOCKHASH_WINDOW - 1)
  expect(statusOf(trade)).toBeNull()
  expect(test.world.chain.knows(trade.signature)).toBe(true)
  test.pass()
  expect(statusOf(trade)).toEqual({ slot: lastValidBlockHeight, err: null })
})

it('fail: lands with an error, its fee is gone, and nothing else', async () => {
  const { address } = await namedSigner('unlucky')
  const trade = await signed('failed')
  landing({ fail: 1 })
  await submit(test, trade)
  test.pass()
  const landed = test.world.chain.parts.history.transaction(trade.signature)
  const last = 9
  expect(landed?.err).toEqual({ InstructionError: [last, 'ComputationalBudgetExceeded'] })
  expect(landed?.postBalances[0]).toBe((landed?.preBalances[0] ?? 0n) - (landed?.fee ?? 0n))
  expect(landed?.fee).toBe(10_600n)
  expect(test.world.desk.ledger.lamports(address)).toBe(10_000_000_000_000n - 10_600n)
  expectConserved(test)
  await submit(test, trade)
  test.pass(2)
  expect(test.landed).toHaveLength(1)
})

it('shares are drawn, the same for the same seed', () => {
  const outcomes = (seed: string) => {
    const injected: string[] = []
    const events = { faultsSet: () => undefined, faultInjected: (fault: string) => injected.push(fault) }
    const faults = createFaults(seededRandom(seed), events)
    expect(faults.fate()).toBe('lands')
    faults.set(faultSet.parse({ landing: { drop: 0.2, late: 0.1, fail: 0.3 } }))
    const fates = Array.from({ length: 1_000 }, () => faults.fate())
    expect(injected).toHaveLength(fates.filter((fate) => fate !== 'lands').length)
    return fates
  }
  const first = outcomes('one')
  const share = (fate: string) => first.filter((each) => each === fate).length / 1_000
  for (const [fate, expected] of [
    ['drop', 0.2],
    ['late', 0.1],
    ['fail', 0.3],
    ['lands', 0.4],
  ] as const)
    expect(Math.abs(share(fate) - expected)).toBeLessThan(0.05)
  expect(outcomes('one')).toEqual(first)
  expect(outcomes('two')).not.toEqual(first)
})
