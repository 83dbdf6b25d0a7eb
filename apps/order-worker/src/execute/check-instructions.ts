import { ExecutionError, MEMO_PROGRAM, temporaryAccountSeed, type AddressBook } from '@fillstream/core'
import { WRAPPED_SOL_MINT, type InstructionWire, type SwapMode } from '@fillstream/types'
import {
  type Address,
  type Instruction,
  type InstructionWithAccounts,
  type InstructionWithData,
  type AccountMeta,
} from '@solana/kit'
import {
  identifySystemInstruction,
  parseCreateAccountWithSeedInstruction,
  SYSTEM_PROGRAM_ADDRESS,
  SystemInstruction,
} from '@solana-program/system'
import {
  ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
  AssociatedTokenInstruction,
  identifyAssociatedTokenInstruction,
  identifyTokenInstruction,
  parseCloseAccountInstruction,
  parseCreateAssociatedTokenIdempotentInstruction,
  parseInitializeAccount3Instruction,
  parseTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
  TokenInstruction,
} from '@solana-program/token'
import { type SwapAccounts } from './swap-accounts'

export type WireInstruction = Instruction &
  InstructionWithAccounts<readonly AccountMeta[]> &
  InstructionWithData<Uint8Array>

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

/** The instruction in the form of the client library. @throws ExecutionError where an address is none */
function fromWire(wire: InstructionWire, addresses: AddressBook): WireInstruction {
  const address = (text: string): Address => {
    if (!addresses.has(text)) refuse(`${text} is no address`)
    return text as Address
  }
  return {
    programAddress: address(wire.programAddress),
    accounts: wire.accounts.map(({ address: at, role }) => ({ address: address(at), role })),
    data: new Uint8Array(Buffer.from(wire.data, 'base64')),
  }
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
): readonly WireInstruction[] {
  if (limits.coSigner === limits.accounts.wallet) refuse('the co-signer is the wallet itself')
  const instructions = wire.map((instruction) => fromWire(instruction, addresses))
  const sums: Sums = { leaves: 0n, arrives: 0n, closed: 0 }
  for (const instruction of instructions) checkOne(instruction, limits, sums)
  if (limits.swapMode === 'ExactIn' && sums.leaves !== limits.inAmount)
    refuse(`${sums.leaves} would leave, expected exactly ${limits.inAmount}`)
  if (sums.leaves > limits.inAmount) refuse(`${sums.leaves} would leave, at most ${limits.inAmount} may`)
  if (sums.arrives < limits.outAmount)
    refuse(`only ${sums.arrives} would arrive, at least ${limits.outAmount} must`)
  const temporaries = limits.accounts.temporary === null ? 0 : 1
  if (sums.closed !== temporaries) refuse('the temporary account would not be closed exactly once')
  return instructions
}

function checkOne(instruction: WireInstruction, limits: SwapLimits, sums: Sums): void {
  const allowed: readonly string[] = [limits.accounts.wallet, limits.coSigner]
  for (const account of instruction.accounts) {
    if (account.role >= 2 && !allowed.includes(account.address))
      refuse(`${account.address} would have to sign`)
  }
  switch (instruction.programAddress) {
    case SYSTEM_PROGRAM_ADDRESS:
      return checkSystem(instruction, limits)
    case TOKEN_PROGRAM_ADDRESS:
      return checkToken(instruction, limits, sums)
    case ASSOCIATED_TOKEN_PROGRAM_ADDRESS:
      return checkAssociatedToken(instruction, limits)
    case MEMO_PROGRAM:
      return checkMemo(instruction)
    default:
      return refuse(`program ${instruction.programAddress} is not on the list`)
  }
}

function checkSystem(
  instruction: WireInstruction,
  { accounts, inputMint, inAmount, orderId, attempt, tokenAccountRent }: SwapLimits,
): void {
  if (identifySystemInstruction(instruction) !== SystemInstruction.CreateAccountWithSeed)
    refuse('a system instruction other than createAccountWithSeed')
  if (accounts.temporary === null) refuse('a temporary account although no SOL is involved')
  const { accounts: used, data } = parseCreateAccountWithSeedInstruction(instruction)
  expectSame('the payer of the temporary account', used.payer.address, accounts.wallet)
  expectSame('the temporary account', used.newAccount.address, accounts.temporary)
  expectSame('its base', data.base, accounts.wallet)
  expectSame('its seed', data.seed, temporaryAccountSeed({ orderId, attempt }))
  expectSame('its owner', data.programAddress, TOKEN_PROGRAM_ADDRESS)
  const input = inputMint === WRAPPED_SOL_MINT ? inAmount : 0n
  if (data.amount > tokenAccountRent + input)
    refuse(`${data.amount} lamports would go into the temporary account`)
}

function checkToken(instruction: WireInstruction, limits: SwapLimits, sums: Sums): void {
  const { accounts } = limits
  switch (identifyTokenInstruction(instruction)) {
    case TokenInstruction.InitializeAccount3: {
      const { accounts: used, data } = parseInitializeAccount3Instruction(instruction)
      expectSame('the initialised account', used.account.address, accounts.temporary ?? 'none')
      expectSame('its mint', used.mint.address, WRAPPED_SOL_MINT)
      expectSame('its owner', data.owner, accounts.wallet)
      return
    }
    case TokenInstruction.TransferChecked: {
      checkTransfer(instruction, limits, sums)
      return
    }
    case TokenInstruction.CloseAccount: {
      const { accounts: used } = parseCloseAccountInstruction(instruction)
      expectSame('the closed account', used.account.address, accounts.temporary ?? 'none')
      expectSame('where its lamports go', used.destination.address, accounts.wallet)
      expectSame('its owner', used.owner.address, accounts.wallet)
      sums.closed += 1
      return
    }
    default:
      refuse('a token instruction other than initializeAccount3, transferChecked and closeAccount')
  }
}

function checkTransfer(instruction: WireInstruction, limits: SwapLimits, sums: Sums): void {
  const { accounts, coSigner, reference } = limits
  const { accounts: used, data } = parseTransferCheckedInstruction(instruction)
  for (const extra of instruction.accounts.slice(4))
    expectSame('an extra account of a transfer', extra.address, reference)
  if (used.authority.address === accounts.wallet) {
    expectSame('the source of the input', used.source.address, accounts.input)
    expectSame('the mint of the input', used.mint.address, limits.inputMint)
    sums.leaves += data.amount
    return
  }
  expectSame('the authority of the payout', used.authority.address, coSigner)
  expectSame('the destination of the payout', used.destination.address, accounts.output)
  expectSame('the mint of the payout', used.mint.address, limits.outputMint)
  const own: readonly (string | null)[] = [accounts.input, accounts.output, accounts.temporary]
  if (own.includes(used.source.address)) refuse('the payout would come from the wallet itself')
  sums.arrives += data.amount
}

function checkAssociatedToken(instruction: WireInstruction, { accounts, outputMint }: SwapLimits): void {
  if (
    identifyAssociatedTokenInstruction(instruction) !==
    AssociatedTokenInstruction.CreateAssociatedTokenIdempotent
  ) {
    refuse('an associated-token instruction other than createIdempotent')
  }
  const { accounts: used } = parseCreateAssociatedTokenIdempotentInstruction(instruction)
  expectSame('the payer of the token account', used.payer.address, accounts.wallet)
  expectSame('its owner', used.owner.address, accounts.wallet)
  expectSame('its mint', used.mint.address, outputMint)
  expectSame('the token account', used.ata.address, accounts.output)
}

function checkMemo(instruction: WireInstruction): void {
  if (instruction.accounts.length > 0) refuse('a memo that names accounts')
  if (instruction.data.length > MAX_MEMO_BYTES) refuse('a memo that is too long')
  if (!Buffer.from(instruction.data).toString('utf8').startsWith('route:'))
    refuse('a memo that is not a route')
}
