import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { type LandedTransaction } from '../adapters/chain/chain'
import { addFees, executedPrice, replaceFees, settlementOf } from './settlement'

const WALLET = 'wallet'
const USDC = findToken('USDC')?.mint as string

function landed(fields: Partial<LandedTransaction>): LandedTransaction {
  return {
    signature: 's',
    slot: 7,
    error: null,
    feeLamports: 12_500n,
    signatures: 2,
    accountKeys: [WALLET, 'router', 'ata'],
    preBalances: [5_000_000_000n, 0n, 0n],
    postBalances: [5_000_000_000n, 0n, 0n],
    preTokenBalances: [],
    postTokenBalances: [],
    ...fields,
  }
}
const usdc = (amount: bigint) => ({
  accountIndex: 2,
  owner: WALLET,
  mint: USDC,
  decimals: 6,
  amount,
})

test('SOL sold into a token account that the swap opened: fee, priority and rent are apart from what was sold', () => {
  const main = landed({
    preBalances: [5_000_000_000n, 0n, 0n],
    postBalances: [5_000_000_000n - 1_000_000_000n - 12_500n - 2_039_280n, 0n, 2_039_280n],
    postTokenBalances: [usdc(150_000_000n)],
  })
  // The router pays for the rest, which another wallet's balance change must not blur.
  const rest = landed({
    accountKeys: ['router', 'x', 'ata', WALLET],
    preBalances: [0n, 0n, 2_039_280n, 3n],
    postBalances: [0n, 0n, 2_039_280n, 3n],
    preTokenBalances: [usdc(150_000_000n)],
    postTokenBalances: [usdc(151_000_000n)],
  })
  expect(settlementOf({ inputMint: WRAPPED_SOL_MINT, outputMint: USDC }, WALLET, [main, rest])).toEqual({
    inputUsed: 1_000_000_000n,
    outputAmount: 151_000_000n,
    slot: 7,
    fees: [
      { kind: 'network', mint: WRAPPED_SOL_MINT, amount: '10000' },
      { kind: 'priority', mint: WRAPPED_SOL_MINT, amount: '2500' },
      { kind: 'rent', mint: WRAPPED_SOL_MINT, amount: '2039280' },
    ],
  })
})

test('SOL bought: what arrives as lamports is the output, the fee is not taken off it', () => {
  const main = landed({
    preBalances: [1_000_000n, 0n, 2_039_280n],
    postBalances: [1_000_000n + 500_000_000n - 12_500n, 0n, 2_039_280n],
    preTokenBalances: [usdc(100_000_000n)],
    postTokenBalances: [usdc(20_000_000n)],
  })
  expect(settlementOf({ inputMint: USDC, outputMint: WRAPPED_SOL_MINT }, WALLET, [main])).toMatchObject({
    inputUsed: 80_000_000n,
    outputAmount: 500_000_000n,
  })
})

test('fees of several attempts add up by kind', () => {
  const network = (amount: string) => ({ kind: 'network' as const, mint: WRAPPED_SOL_MINT, amount })
  expect(addFees([network('10000')], [network('10000'), { ...network('1'), kind: 'priority' }])).toEqual([
    network('20000'),
    { ...network('1'), kind: 'priority' },
  ])
})

test('what one attempt turned out to cost takes the place of what it had cost', () => {
  const fee = (kind: 'network' | 'priority' | 'rent', amount: string) => ({
    kind,
    mint: WRAPPED_SOL_MINT,
    amount,
  })
  const earlier = [fee('network', '10000')]
  const before = [fee('network', '10000'), fee('priority', '600'), fee('rent', '2039280')]
  const after = [fee('network', '10000'), fee('priority', '600')]
  expect(replaceFees(addFees(earlier, before), before, after)).toEqual([
    fee('network', '20000'),
    fee('priority', '600'),
  ])
  expect(replaceFees(addFees(earlier, after), after, before)).toEqual([
    fee('network', '20000'),
    fee('priority', '600'),
    fee('rent', '2039280'),
  ])
})

test('where nothing moved there is no price', () => {
  const pair = { inputMint: WRAPPED_SOL_MINT, outputMint: USDC }
  expect(executedPrice(pair, 0n, 0n, [])).toBe('0')
  expect(executedPrice(pair, 1_000_000_000n, 150_000_000n, [])).toBe('150')
})

test('the decimals of a token that is on no list are those that the chain tells', () => {
  const pair = { inputMint: WRAPPED_SOL_MINT, outputMint: WALLET }
  const told = landed({ postTokenBalances: [{ ...usdc(5n), mint: WALLET, decimals: 3 }] })
  expect(executedPrice(pair, 1_000_000_000n, 5_000n, [told])).toBe('5')
  expect(executedPrice(pair, 1_000_000_000n, 5_000n, [])).toBe('0')
})
