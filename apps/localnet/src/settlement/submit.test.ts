import { address, type Instruction, type KeyPairSigner } from '@solana/kit'
import { getTransferSolInstruction } from '@solana-program/system'
import { namedSigner, randomAddress } from '../testing/script'
import { poolOf, signTrade, submit, type Trade } from '../testing/trader'
import { openTestWorld, type TestWorld } from '../testing/world'

let test: TestWorld
let user: KeyPairSigner
beforeAll(async () => {
  test = await openTestWorld()
  user = await namedSigner('submitter')
})
afterAll(() => test.end())

const leg = () => ({ amount: 1_000_000n, pools: [poolOf(test, 'SOL', 'USDC').index] })
const trade = (more: Partial<Trade> = {}): Trade => ({
  user,
  input: 'SOL',
  output: 'USDC',
  legs: [leg()],
  atLeast: 1n,
  ...more,
})

async function refusal(given: Trade, change?: (instructions: Instruction[]) => Instruction[]) {
  const signed = await signTrade(test, given, change)
  return submit(test, signed).then(
    () => ({ code: 'taken in', message: '' }),
    (error: unknown) => error as { code: string; message: string },
  )
}

it('takes in a well-formed settlement, once', async () => {
  const signed = await signTrade(test, trade())
  expect(signed.bytes.length).toBeLessThan(1_232)
  expect(await submit(test, signed)).toBe(signed.signature)
  expect(await submit(test, signed)).toBe(signed.signature)
  expect(test.world.chain.pendingCount).toBe(1)
})

it('refuses a route over a pool that does not exist', async () => {
  const pools = [leg().pools[0] ?? 0, 4_000]
  expect((await refusal(trade({ legs: [{ amount: 5n, pools }] }))).code).toBe('UNKNOWN_POOL')
})

it('refuses a wrong or a missing signature', async () => {
  const signed = await signTrade(test, trade())
  const wrong = Uint8Array.from(signed.bytes)
  wrong[10] = (wrong[10] ?? 0) ^ 1
  await expect(submit(test, { ...signed, bytes: wrong })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  const missing = Uint8Array.from(signed.bytes).fill(0, 1, 65)
  await expect(submit(test, { ...signed, bytes: missing })).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
  })
})

it('refuses bytes that are no transaction', async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(300), new Uint8Array(2_000).fill(1)])
    await expect(submit(test, { signature: '', bytes })).rejects.toMatchObject({
      code: 'MALFORMED_TRANSACTION',
    })
})

const without = (index: number) => (instructions: Instruction[]) =>
  instructions.filter((_, place) => place !== index)
const edited =
  (index: number, edit: (instruction: Instruction) => Instruction) => (instructions: Instruction[]) =>
    instructions.map((instruction, place) => (place === index ? edit(instruction) : instruction))
const withAccount = (index: number, place: number, replacement: string) =>
  edited(index, (instruction) => ({
    ...instruction,
    accounts: (instruction.accounts ?? []).map((account, at) =>
      at === place ? { ...account, address: address(replacement) } : account,
    ),
  }))

// Instructions: 0-1 budget, 2 create, 3 initialize, 4 associated account, 5 leg, 6 payout, 7 close, 8 route, 9 attempt.
it.each<[string, (instructions: Instruction[]) => Instruction[]]>([
  ['the leg', without(5)],
  ['the payout', without(6)],
  ['the closing of the temporary account', without(7)],
  ['the route memo', without(8)],
  ['the attempt memo', without(9)],
])('refuses a settlement without %s', async (_what, change) => {
  expect((await refusal(trade(), change)).code).toBe('MALFORMED_TRANSACTION')
})

it.each<[string, (instructions: Instruction[]) => Instruction[]]>([
  [
    'a foreign program',
    (all) => [...all, { programAddress: address(randomAddress()), accounts: [], data: new Uint8Array(1) }],
  ],
  [
    'a transfer of SOL',
    (all) => [
      ...all,
      getTransferSolInstruction({ source: user, destination: address(randomAddress()), amount: 1n }),
    ],
  ],
  ['a second leg that the route does not name', (all) => [...all.slice(0, 6), ...all.slice(5)]],
  ['a second payout', (all) => [...all.slice(0, 7), ...all.slice(6)]],
  ['another payout account', withAccount(6, 0, randomAddress())],
  ['another reference', withAccount(6, 4, randomAddress())],
  ['another vault', withAccount(5, 2, randomAddress())],
  ['the temporary account closed to a stranger', withAccount(7, 1, randomAddress())],
  ['another source', withAccount(5, 0, randomAddress())],
  ['the output to a stranger', withAccount(6, 2, randomAddress())],
])('refuses a settlement with %s', async (_what, change) => {
  expect((await refusal(trade(), change)).code).toBe('MALFORMED_TRANSACTION')
})

it.each<[string, Partial<Trade>]>([
  ['names a pool twice in a leg', { legs: [{ amount: 5n, pools: [1, 1] }] }],
  ['goes over pools that do not fit together', { legs: [{ amount: 5n, pools: [1, 25] }] }],
  ['does not end in the output', { output: 'JUP' }],
  ['pays out its own input', { output: 'SOL' }],
  ['moves nothing', { legs: [{ amount: 0n, pools: [1] }] }],
  ['asks for exactly nothing', { swapMode: 'ExactOut', atLeast: 0n }],
])('refuses a settlement that %s', async (_what, more) => {
  expect((await refusal(trade(more))).code).toBe('MALFORMED_TRANSACTION')
})
