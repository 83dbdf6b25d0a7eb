import { ExecutionError, MEMO_PROGRAM, temporaryAccountSeed, type AddressBook } from '@fillstream/core'
import { WRAPPED_SOL_MINT, type InstructionWire, type SwapMode } from '@fillstream/types'
import { type Address } from '@solana/kit'
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system'
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'
import {
  decodeAssociatedToken,
  decodeSystem,
  decodeToken,
  type DecodedInstruction,
  type SwapInstruction,
} from './decode-instruction'
import { type SwapAccounts } from './swap-accounts'

/** What the swap may do, from the order alone. Amounts in base units. */
export interface SwapLimits {
  readonly orderId: string
  readonly attempt: number
  readonly swapMode: SwapMode
  readonly inputMint: string
  readonly outputMint: string
  /** ExactIn: exactly what leaves. ExactOut: the most that leaves. */
  readonly inAmount: bigint
  /** ExactIn: the least that arrives. ExactOut: exactly what arrives. */
  readonly outAmount: bigint
  readonly accounts: SwapAccounts
  readonly coSigner: Address
  readonly reference: Address
  /** Rent of a token account, lamports: the most that may be put into the temporary account beside the input. */
  readonly tokenAccountRent: bigint
}

const MAX_MEMO_BYTES = 200

interface Sums {
  leaves: bigint
  arrives: bigint
  closed: number
}

/** The instruction as it will be signed. @throws ExecutionError where an address is none */
function fromWire(wire: InstructionWire, addresses: AddressBook): SwapInstruction {
  for (const text of [wire.programAddress, ...wire.accounts.map((account) => account.address)])
    if (!addresses.has(text)) refuse(`${text} is no address`)
  return { ...wire, data: Buffer.from(wire.data, 'base64') }
}

function refuse(reason: string): never {
  throw new ExecutionError('SAFETY_CHECK_FAILED', `the venue's instructions were refused: ${reason}`)
}

function expectSame(what: string, was: string, expected: string): void {
  if (was !== expected) refuse(`${what} was ${was}, expected ${expected}`)
}

/**
 * Decodes what a venue handed back and checks it against the allow-list: programs, accounts, signers, what leaves
 * the wallet, the least that arrives. Nothing that is not named here may stand in it. Returns the instructions for
 * signing.
 * @throws ExecutionError SAFETY_CHECK_FAILED with the reason
 */
export function checkInstructions(
  wire: readonly InstructionWire[],
  limits: SwapLimits,
  addresses: AddressBook,
): readonly SwapInstruction[] {
  if (limits.coSigner === limits.accounts.wallet) refuse('the co-signer is the wallet itself')
  const instructions = wire.map((instruction) => fromWire(instruction, addresses))
  const sums: Sums = { leaves: 0n, arrives: 0n, closed: 0 }
  for (const instruction of instructions) checkOne(instruction, limits, sums, addresses)
  if (limits.swapMode === 'ExactIn' && sums.leaves !== limits.inAmount)
    refuse(`${sums.leaves} would leave, expected exactly ${limits.inAmount}`)
  if (sums.leaves > limits.inAmount) refuse(`${sums.leaves} would leave, at most ${limits.inAmount} may`)
  if (sums.arrives < limits.outAmount)
    refuse(`only ${sums.arrives} would arrive, at least ${limits.outAmount} must`)
  const temporaries = limits.accounts.temporary === null ? 0 : 1
  if (sums.closed !== temporaries) refuse('the temporary account would not be closed exactly once')
  return instructions
}

function checkOne(
  instruction: SwapInstruction,
  limits: SwapLimits,
  sums: Sums,
  addresses: AddressBook,
): void {
  for (const { address, role } of instruction.accounts) {
    if (role >= 2 && address !== limits.accounts.wallet && address !== limits.coSigner)
      refuse(`${address} would have to sign`)
  }
  switch (instruction.programAddress) {
    case SYSTEM_PROGRAM_ADDRESS:
      return checkSystem(decodeSystem(instruction, addresses), limits)
    case TOKEN_PROGRAM_ADDRESS:
      return checkToken(decodeToken(instruction, addresses), limits, sums)
    case ASSOCIATED_TOKEN_PROGRAM_ADDRESS:
      return checkAssociatedToken(decodeAssociatedToken(instruction), limits)
    case MEMO_PROGRAM:
      return checkMemo(instruction)
    default:
      return refuse(`program ${instruction.programAddress} is not on the list`)
  }
}

function checkSystem(
  instruction: DecodedInstruction,
  { accounts, inputMint, inAmount, orderId, attempt, tokenAccountRent }: SwapLimits,
): void {
  if (instruction.kind !== 'createAccountWithSeed')
    return refuse('a system instruction other than createAccountWithSeed')
  if (accounts.temporary === null) refuse('a temporary account although no SOL is involved')
  expectSame('the payer of the temporary account', instruction.payer, accounts.wallet)
  expectSame('the temporary account', instruction.newAccount, accounts.temporary)
  expectSame('its base', instruction.base, accounts.wallet)
  expectSame('its seed', instruction.seed, temporaryAccountSeed({ orderId, attempt }))
  expectSame('its owner', instruction.owner, TOKEN_PROGRAM_ADDRESS)
  const input = inputMint === WRAPPED_SOL_MINT ? inAmount : 0n
  if (instruction.lamports > tokenAccountRent + input)
    refuse(`${instruction.lamports} lamports would go into the temporary account`)
}

function checkToken(instruction: DecodedInstruction, limits: SwapLimits, sums: Sums): void {
  const { accounts } = limits
  switch (instruction.kind) {
    case 'initializeAccount3':
      expectSame('the initialised account', instruction.account, accounts.temporary ?? 'none')
      expectSame('its mint', instruction.mint, WRAPPED_SOL_MINT)
      return expectSame('its owner', instruction.owner, accounts.wallet)
    case 'transferChecked':
      return checkTransfer(instruction, limits, sums)
    case 'closeAccount':
      expectSame('the closed account', instruction.account, accounts.temporary ?? 'none')
      expectSame('where its lamports go', instruction.destination, accounts.wallet)
      expectSame('its owner', instruction.owner, accounts.wallet)
      sums.closed += 1
      return
    default:
      return refuse('a token instruction other than initializeAccount3, transferChecked and closeAccount')
  }
}

function checkTransfer(
  transfer: Extract<DecodedInstruction, { kind: 'transferChecked' }>,
  limits: SwapLimits,
  sums: Sums,
): void {
  const { accounts, coSigner, reference } = limits
  for (const extra of transfer.extra) expectSame('an extra account of a transfer', extra, reference)
  if (transfer.authority === accounts.wallet) {
    expectSame('the source of the input', transfer.source, accounts.input)
    expectSame('the mint of the input', transfer.mint, limits.inputMint)
    sums.leaves += transfer.amount
    return
  }
  expectSame('the authority of the payout', transfer.authority, coSigner)
  expectSame('the destination of the payout', transfer.destination, accounts.output)
  expectSame('the mint of the payout', transfer.mint, limits.outputMint)
  const own: readonly (string | null)[] = [accounts.input, accounts.output, accounts.temporary]
  if (own.includes(transfer.source)) refuse('the payout would come from the wallet itself')
  sums.arrives += transfer.amount
}

function checkAssociatedToken(instruction: DecodedInstruction, { accounts, outputMint }: SwapLimits): void {
  if (instruction.kind !== 'createAssociatedIdempotent')
    return refuse('an associated-token instruction other than createIdempotent')
  expectSame('the payer of the token account', instruction.payer, accounts.wallet)
  expectSame('its owner', instruction.owner, accounts.wallet)
  expectSame('its mint', instruction.mint, outputMint)
  expectSame('the token account', instruction.account, accounts.output)
}

function checkMemo(instruction: SwapInstruction): void {
  if (instruction.accounts.length > 0) refuse('a memo that names accounts')
  if (instruction.data.length > MAX_MEMO_BYTES) refuse('a memo that is too long')
  if (!Buffer.from(instruction.data).toString('utf8').startsWith('route:'))
    refuse('a memo that is not a route')
}
