import { AddressBook, attemptReference, decodeRouteMemo } from '@fillstream/core'
import { dexRouterOperations, type InstructionWire, type RouteStep } from '@fillstream/types'
import { parseCreateAccountWithSeedInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system'
import {
  findAssociatedTokenPda,
  identifyTokenInstruction,
  parseTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
  TokenInstruction,
} from '@solana-program/token'
import { address } from '@solana/kit'
import { ManualClock } from '../testing/manual-clock'
import { JUP, SOL, solPool, USDC } from '../testing/world'
import { PoolBook } from '../book/pool-book'
import { createSwapBuilder, splitAmount, type SwapOrder } from './build-swap'
import { readPlan } from './swap-plan'

const buildSwap = createSwapBuilder(new AddressBook())
const WALLET = '4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R'
const AUTHORITY = 'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB'
const PAYOUT = 'DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263'
const RENT = 2_039_280n
const settlement = {
  genesisHash: 'genesis',
  routerAuthority: AUTHORITY,
  payoutAccounts: { [USDC]: PAYOUT, [SOL]: PAYOUT, [JUP]: PAYOUT },
  tokenAccountRent: RENT,
}
const raydium = solPool('raydium-sim', { index: 3 })
const jup = solPool('orca-sim', {
  index: 7,
  mintA: USDC,
  mintB: JUP,
  decimalsA: 6,
  decimalsB: 6,
  vaultA: WALLET,
})

const order: SwapOrder = {
  orderId: '018f2f0e-0000-7000-8000-000000000000',
  attempt: 2,
  wallet: WALLET,
  swapMode: 'ExactIn',
  inputMint: SOL,
  outputMint: USDC,
  inAmount: 5_000_000_000n,
  outAmount: 740_000_000n,
}

function decoded({ programAddress, accounts, data }: InstructionWire) {
  return {
    programAddress: address(programAddress),
    accounts: accounts.map((account) => ({ address: address(account.address), role: account.role })),
    data: new Uint8Array(Buffer.from(data, 'base64')),
  }
}

async function build(change: Partial<SwapOrder> = {}, legs = [{ bps: 10_000, pools: [raydium] }]) {
  const built = await buildSwap({ ...order, ...change }, legs, settlement)
  expect(dexRouterOperations.swap.reply.safeParse(built).success).toBe(true)
  return { ...built, decoded: built.instructions.map(decoded) }
}

const transfersOf = (instructions: ReturnType<typeof decoded>[]) =>
  instructions
    .filter(
      (instruction) =>
        instruction.programAddress === TOKEN_PROGRAM_ADDRESS &&
        identifyTokenInstruction(instruction) === TokenInstruction.TransferChecked,
    )
    .map(parseTransferCheckedInstruction)

describe('swap instructions', () => {
  it('for SOL in: wrap, open the output, pay in, be paid at least the bound, unwrap, say the route', async () => {
    const { decoded: all, reference, routeMemo, coSigner } = await build()
    expect(all.map(({ programAddress, data }) => `${programAddress.slice(0, 5)}:${data[0]}`)).toEqual([
      '11111:3',
      'Token:18',
      'AToke:1',
      'Token:12',
      'Token:12',
      'Token:9',
      'MemoS:114',
    ])
    const [first] = all
    if (first === undefined) throw new Error('no instruction')
    expect(parseCreateAccountWithSeedInstruction(first as never).data).toMatchObject({
      base: WALLET,
      amount: RENT + 5_000_000_000n,
      space: 165n,
      programAddress: TOKEN_PROGRAM_ADDRESS,
    })
    const [paidIn, paidOut] = transfersOf(all)
    expect([paidIn?.data.amount, paidIn?.accounts.destination.address]).toEqual([
      5_000_000_000n,
      raydium.vaultA,
    ])
    expect([paidOut?.data.amount, paidOut?.accounts.source.address]).toEqual([740_000_000n, PAYOUT])
    expect(paidOut?.accounts.authority).toMatchObject({ address: AUTHORITY, role: 2 })
    expect(all[4]?.accounts.at(-1)).toEqual({ address: reference, role: 0 })
    expect(reference).toBe(attemptReference(order))
    expect(decodeRouteMemo(routeMemo)).toEqual({ swapMode: 'ExactIn', legs: [[3]] })
    expect(coSigner).toBe(AUTHORITY)
  })

  it('for SOL out: wrap with rent alone, and open no account for it', async () => {
    const { decoded: all } = await build({ inputMint: USDC, outputMint: SOL, swapMode: 'ExactOut' })
    expect(all.map(({ programAddress }) => programAddress.slice(0, 5))).toEqual([
      '11111',
      'Token',
      'Token',
      'Token',
      'Token',
      'MemoS',
    ])
    expect(parseCreateAccountWithSeedInstruction(all[0] as never).data.amount).toBe(RENT)
    expect(transfersOf(all)[0]?.accounts.destination.address).toBe(raydium.vaultB)
  })

  it('without SOL: no temporary account', async () => {
    const { decoded: all } = await build({ inputMint: USDC, outputMint: JUP }, [
      { bps: 10_000, pools: [jup] },
    ])
    expect(all.some(({ programAddress }) => programAddress === SYSTEM_PROGRAM_ADDRESS)).toBe(false)
    expect(all).toHaveLength(4)
  })

  it('for a split: every leg pays into its own first pool, all of the input and no unit more', async () => {
    const legs = [
      { bps: 3_333, pools: [raydium] },
      { bps: 6_667, pools: [{ ...raydium, index: 5, vaultA: PAYOUT }] },
    ]
    const { decoded: all, routeMemo } = await build({ inAmount: 10n }, legs)
    expect(transfersOf(all).map(({ data, accounts }) => [data.amount, accounts.destination.address])).toEqual(
      [
        [3n, raydium.vaultA],
        [7n, PAYOUT],
        [740_000_000n, expect.any(String)],
      ],
    )
    expect(routeMemo).toBe('route:1:ExactIn:3|5')
    expect(splitAmount(7n, [5_000, 5_000])).toEqual([3n, 4n])
  })

  it("are paid from the router authority's associated account where the directory does not name the mint yet", async () => {
    const older = { ...settlement, payoutAccounts: {} }
    const { instructions } = await buildSwap(order, [{ bps: 10_000, pools: [raydium] }], older)
    const [account] = await findAssociatedTokenPda({
      owner: address(settlement.routerAuthority),
      mint: address(order.outputMint),
      tokenProgram: TOKEN_PROGRAM_ADDRESS,
    })
    const sources = instructions.map(({ accounts }) => accounts[0]?.address)
    expect(sources).toContain(account)
  })
})

describe('a route plan', () => {
  const book = new PoolBook(new ManualClock(), 1_000)
  book.beginSession()
  book.update(raydium, 1n)
  book.update(jup, 1n)
  const step = (
    pool: typeof raydium,
    inputMint: string,
    outputMint: string,
    more: Partial<RouteStep> = {},
  ): RouteStep => ({
    leg: 0,
    bps: 10_000,
    venue: pool.venue,
    pool: pool.address,
    poolIndex: pool.index,
    inputMint,
    outputMint,
    inAmount: '1',
    outAmount: '1',
    feeAmount: '0',
    feeMint: inputMint,
    ...more,
  })

  it('is read leg by leg, hop by hop, from the pools that are known', () => {
    const plan = {
      inputMint: SOL,
      outputMint: JUP,
      routePlan: [step(raydium, SOL, USDC), step(jup, USDC, JUP)],
    }
    expect(readPlan(book, plan)).toEqual([{ bps: 10_000, pools: [raydium, jup] }])
  })

  it.each<[string, string, RouteStep[], string]>([
    ['ends elsewhere', JUP, [step(raydium, SOL, USDC)], 'VALIDATION_FAILED'],
    ['begins elsewhere', JUP, [step(jup, USDC, JUP)], 'VALIDATION_FAILED'],
    ['goes through a pool that has no such mint', USDC, [step(jup, SOL, USDC)], 'VALIDATION_FAILED'],
    ['is not all of the order', USDC, [step(raydium, SOL, USDC, { bps: 9_999 })], 'VALIDATION_FAILED'],
    ['names an unknown pool', USDC, [step({ ...raydium, address: PAYOUT }, SOL, USDC)], 'VENUE_UNAVAILABLE'],
  ])('is refused when it %s', (_, outputMint, routePlan, code) => {
    expect(() => readPlan(book, { inputMint: SOL, outputMint, routePlan })).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
