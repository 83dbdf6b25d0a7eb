import { AddressBook, attemptReference, MEMO_PROGRAM, temporaryAccountSeed } from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT, type InstructionWire, type SwapMode } from '@fillstream/types'
import { address, createNoopSigner, type AccountMeta, type Instruction } from '@solana/kit'
import { getCreateAccountWithSeedInstruction, getTransferSolInstruction } from '@solana-program/system'
import {
  getApproveInstruction,
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getInitializeAccount3Instruction,
  getTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token'
import { createWallets } from '../signer/wallets'
import { checkInstructions, type SwapLimits } from './check-instructions'
import { createSwapAccounts } from './swap-accounts'

const addresses = new AddressBook()
const swapAccounts = createSwapAccounts(addresses)

const wallets = createWallets('11'.repeat(32))
const wallet = wallets.of('0197a1b2-0000-7000-8000-00000000000a').address
const coSigner = wallets.of('0197a1b2-0000-7000-8000-00000000000b').address
const stranger = wallets.of('0197a1b2-0000-7000-8000-00000000000c').address
const vault = wallets.of('0197a1b2-0000-7000-8000-00000000000d').address
const payout = wallets.of('0197a1b2-0000-7000-8000-00000000000e').address
const USDC = findToken('USDC')?.mint as string
const JUP = findToken('JUP')?.mint as string
const orderId = '0197a1b2-0000-7000-8000-0000000000ff'
const RENT = 2_039_280n

function wire(instruction: Instruction): InstructionWire {
  return {
    programAddress: instruction.programAddress,
    accounts: (instruction.accounts ?? []).map(({ address: at, role }) => ({ address: at, role })),
    data: Buffer.from(instruction.data ?? new Uint8Array()).toString('base64'),
  }
}

function memo(text: string): InstructionWire {
  return { programAddress: MEMO_PROGRAM, accounts: [], data: Buffer.from(text).toString('base64') }
}

interface Swap {
  readonly limits: SwapLimits
  /** The parts of a proper swap, by name, so that a test can replace or drop one. */
  readonly parts: Map<string, InstructionWire>
}

async function swap(
  inputMint: string,
  outputMint: string,
  swapMode: SwapMode = 'ExactIn',
  inAmount = 1_000_000_000n,
  outAmount = 150_000_000n,
): Promise<Swap> {
  const accounts = await swapAccounts({ wallet, orderId, attempt: 1, inputMint, outputMint })
  const reference = address(attemptReference({ orderId, attempt: 1 }))
  const limits = {
    orderId,
    attempt: 1,
    swapMode,
    inputMint,
    outputMint,
    inAmount,
    outAmount,
    accounts,
    coSigner,
    reference,
    tokenAccountRent: RENT,
  }
  const user = createNoopSigner(wallet)
  const parts = new Map<string, InstructionWire>()
  if (accounts.temporary !== null) {
    parts.set(
      'create',
      wire(
        getCreateAccountWithSeedInstruction({
          payer: user,
          newAccount: accounts.temporary,
          baseAccount: user,
          base: wallet,
          seed: temporaryAccountSeed({ orderId, attempt: 1 }),
          amount: RENT + (inputMint === WRAPPED_SOL_MINT ? inAmount : 0n),
          space: 165n,
          programAddress: TOKEN_PROGRAM_ADDRESS,
        }),
      ),
    )
    parts.set(
      'initialise',
      wire(
        getInitializeAccount3Instruction({
          account: accounts.temporary,
          mint: address(WRAPPED_SOL_MINT),
          owner: wallet,
        }),
      ),
    )
  }
  if (outputMint !== WRAPPED_SOL_MINT) {
    parts.set(
      'ata',
      wire(
        getCreateAssociatedTokenIdempotentInstruction({
          payer: user,
          owner: wallet,
          mint: address(outputMint),
          ata: accounts.output,
        }),
      ),
    )
  }
  parts.set('pay', transfer(accounts.input, vault, inputMint, inAmount, wallet))
  parts.set('payout', transfer(payout, accounts.output, outputMint, outAmount, coSigner, reference))
  if (accounts.temporary !== null)
    parts.set(
      'close',
      wire(getCloseAccountInstruction({ account: accounts.temporary, destination: wallet, owner: user })),
    )
  parts.set('memo', memo('route:1:ExactIn:3'))
  return { limits, parts }
}

function transfer(
  source: string,
  destination: string,
  mint: string,
  amount: bigint,
  authority: string,
  extra?: string,
): InstructionWire {
  const decimals = findToken(mint)?.decimals as number
  const made = getTransferCheckedInstruction({
    source: address(source),
    destination: address(destination),
    mint: address(mint),
    amount,
    decimals,
    authority: createNoopSigner(address(authority)),
  })
  const extras: AccountMeta[] = extra === undefined ? [] : [{ address: address(extra), role: 0 }]
  return wire({ ...made, accounts: [...made.accounts, ...extras] })
}

const check = ({ limits, parts }: Swap) => checkInstructions([...parts.values()], limits, addresses)

test.each([
  ['SOL for a token', WRAPPED_SOL_MINT, USDC, 'ExactIn'],
  ['a token for SOL', USDC, WRAPPED_SOL_MINT, 'ExactIn'],
  ['a token for a token', USDC, JUP, 'ExactIn'],
  ['an exact output', USDC, WRAPPED_SOL_MINT, 'ExactOut'],
] as const)('a proper swap of %s is let through whole', async (_name, input, output, mode) => {
  const proper = await swap(input, output, mode)
  expect(check(proper)).toHaveLength(proper.parts.size)
})

test('ExactOut may take less than the signed most, ExactIn takes exactly its input', async () => {
  const out = await swap(USDC, JUP, 'ExactOut', 1_000n, 500n)
  out.parts.set('pay', transfer(out.limits.accounts.input, vault, USDC, 900n, wallet))
  expect(() => check(out)).not.toThrow()
  const exact = await swap(USDC, JUP, 'ExactIn', 1_000n, 500n)
  exact.parts.set('pay', transfer(exact.limits.accounts.input, vault, USDC, 900n, wallet))
  expect(() => check(exact)).toThrow('exactly 1000')
})

const tampered: [string, string, (swap: Swap) => InstructionWire | null][] = [
  [
    'more leaves than the order allows',
    'pay',
    ({ limits }) => transfer(limits.accounts.input, vault, WRAPPED_SOL_MINT, limits.inAmount + 1n, wallet),
  ],
  [
    'a second transfer takes more',
    'extra',
    ({ limits }) => transfer(limits.accounts.input, vault, WRAPPED_SOL_MINT, 1n, wallet),
  ],
  [
    'another token leaves',
    'extra',
    ({ limits }) => transfer(limits.accounts.output, vault, USDC, 1n, wallet),
  ],
  [
    'less arrives than the bound',
    'payout',
    ({ limits }) =>
      transfer(payout, limits.accounts.output, USDC, limits.outAmount - 1n, coSigner, limits.reference),
  ],
  ['nothing arrives', 'payout', () => null],
  [
    'the payout goes to a stranger',
    'payout',
    ({ limits }) => transfer(payout, stranger, USDC, limits.outAmount, coSigner, limits.reference),
  ],
  [
    'the payout comes from the wallet itself',
    'payout',
    ({ limits }) =>
      transfer(limits.accounts.output, limits.accounts.output, USDC, limits.outAmount, coSigner),
  ],
  [
    'a third party would sign',
    'payout',
    ({ limits }) => transfer(payout, limits.accounts.output, USDC, limits.outAmount, stranger),
  ],
  [
    'an extra account is named',
    'payout',
    ({ limits }) => transfer(payout, limits.accounts.output, USDC, limits.outAmount, coSigner, stranger),
  ],
  [
    'a plain SOL transfer is slipped in',
    'extra',
    () =>
      wire(
        getTransferSolInstruction({ source: createNoopSigner(wallet), destination: stranger, amount: 1n }),
      ),
  ],
  [
    'a delegate is approved',
    'extra',
    ({ limits }) =>
      wire(
        getApproveInstruction({
          source: limits.accounts.output,
          delegate: stranger,
          owner: createNoopSigner(wallet),
          amount: 1n,
        }),
      ),
  ],
  ['an unknown program is called', 'extra', () => ({ programAddress: stranger, accounts: [], data: '' })],
  [
    'the closed account pays a stranger',
    'close',
    ({ limits }) =>
      wire(
        getCloseAccountInstruction({
          account: limits.accounts.temporary as never,
          destination: stranger,
          owner: createNoopSigner(wallet),
        }),
      ),
  ],
  ['the temporary account stays open', 'close', () => null],
  [
    'too much goes into the temporary account',
    'create',
    ({ limits }) =>
      wire(
        getCreateAccountWithSeedInstruction({
          payer: createNoopSigner(wallet),
          newAccount: limits.accounts.temporary as never,
          baseAccount: createNoopSigner(wallet),
          base: wallet,
          seed: temporaryAccountSeed({ orderId, attempt: 1 }),
          amount: RENT + limits.inAmount + 1n,
          space: 165n,
          programAddress: TOKEN_PROGRAM_ADDRESS,
        }),
      ),
  ],
  [
    'the temporary account belongs to a stranger',
    'initialise',
    ({ limits }) =>
      wire(
        getInitializeAccount3Instruction({
          account: limits.accounts.temporary as never,
          mint: address(WRAPPED_SOL_MINT),
          owner: stranger,
        }),
      ),
  ],
  [
    'a token account of a stranger is paid for',
    'ata',
    ({ limits }) =>
      wire(
        getCreateAssociatedTokenIdempotentInstruction({
          payer: createNoopSigner(wallet),
          owner: stranger,
          mint: address(USDC),
          ata: limits.accounts.output,
        }),
      ),
  ],
  [
    'a memo names an account',
    'memo',
    () => ({
      ...memo('route:1:ExactIn:3'),
      accounts: [{ address: wallet, role: 2 }],
    }),
  ],
  ['a memo claims to be an order', 'memo', () => memo(`${orderId}:2`)],
]

test.each(tampered)('refused: %s', async (_name, part, tamper) => {
  const forged = await swap(WRAPPED_SOL_MINT, USDC)
  const replacement = tamper(forged)
  if (replacement) forged.parts.set(part, replacement)
  else forged.parts.delete(part)
  expect(() => check(forged)).toThrow(expect.objectContaining({ code: 'SAFETY_CHECK_FAILED' }))
})

test('refused: a co-signer that is the wallet, which would sign anything', async () => {
  const forged = await swap(WRAPPED_SOL_MINT, USDC)
  expect(() =>
    checkInstructions([...forged.parts.values()], { ...forged.limits, coSigner: wallet }, addresses),
  ).toThrow('co-signer')
})
