import { type AddressBook } from '@fillstream/core'

/** An instruction as it will be signed. */
export interface SwapInstruction {
  readonly programAddress: string
  readonly accounts: readonly { readonly address: string; readonly role: number }[]
  readonly data: Uint8Array
}

/** What the instructions of a swap can be, taken apart; `other` is anything else. Amounts in base units. */
export type DecodedInstruction =
  | {
      readonly kind: 'createAccountWithSeed'
      readonly payer: string
      readonly newAccount: string
      readonly base: string
      readonly seed: string
      readonly lamports: bigint
      readonly owner: string
    }
  | {
      readonly kind: 'initializeAccount3'
      readonly account: string
      readonly mint: string
      readonly owner: string
    }
  | {
      readonly kind: 'transferChecked'
      readonly source: string
      readonly mint: string
      readonly destination: string
      readonly authority: string
      readonly amount: bigint
      /** Accounts after the authority. */
      readonly extra: readonly string[]
    }
  | {
      readonly kind: 'closeAccount'
      readonly account: string
      readonly destination: string
      readonly owner: string
    }
  | {
      readonly kind: 'createAssociatedIdempotent'
      readonly payer: string
      readonly account: string
      readonly owner: string
      readonly mint: string
    }
  | { readonly kind: 'other' }

const OTHER: DecodedInstruction = { kind: 'other' }

/** SystemInstruction::CreateAccountWithSeed, bincode: u32 tag, base, u64 length and seed, lamports, space, owner. */
const CREATE_WITH_SEED = 3
const SEED_AT = 4 + 32 + 8

/** An instruction of the system program. Source: solana-sdk `system_instruction.rs`. */
export function decodeSystem(
  { accounts, data }: SwapInstruction,
  addresses: AddressBook,
): DecodedInstruction {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length)
  if (bytes.length < SEED_AT || bytes.readUInt32LE(0) !== CREATE_WITH_SEED) return OTHER
  const seedLength = Number(bytes.readBigUInt64LE(36))
  const [payer, newAccount] = accounts
  if (!payer || !newAccount || bytes.length !== SEED_AT + seedLength + 8 + 8 + 32) return OTHER
  const after = SEED_AT + seedLength
  return {
    kind: 'createAccountWithSeed',
    payer: payer.address,
    newAccount: newAccount.address,
    base: addresses.nameOf(bytes.subarray(4, 36)),
    seed: bytes.toString('utf8', SEED_AT, after),
    lamports: bytes.readBigUInt64LE(after),
    owner: addresses.nameOf(bytes.subarray(after + 16)),
  }
}

const CLOSE_ACCOUNT = 9
const TRANSFER_CHECKED = 12
const INITIALIZE_ACCOUNT_3 = 18

/** An instruction of SPL Token. Source: solana-program-library `token/program/src/instruction.rs`. */
export function decodeToken({ accounts, data }: SwapInstruction, addresses: AddressBook): DecodedInstruction {
  const [first, second, third, fourth] = accounts.map(({ address }) => address)
  if (first === undefined || second === undefined) return OTHER
  if (data[0] === INITIALIZE_ACCOUNT_3 && data.length === 33)
    return {
      kind: 'initializeAccount3',
      account: first,
      mint: second,
      owner: addresses.nameOf(data.subarray(1)),
    }
  if (third === undefined) return OTHER
  if (data[0] === CLOSE_ACCOUNT && data.length === 1 && fourth === undefined)
    return { kind: 'closeAccount', account: first, destination: second, owner: third }
  if (data[0] === TRANSFER_CHECKED && data.length === 10 && fourth !== undefined)
    return {
      kind: 'transferChecked',
      source: first,
      mint: second,
      destination: third,
      authority: fourth,
      amount: Buffer.from(data.buffer, data.byteOffset, data.length).readBigUInt64LE(1),
      extra: accounts.slice(4).map(({ address }) => address),
    }
  return OTHER
}

const CREATE_IDEMPOTENT = 1

/** An instruction of the associated token program. Source: solana-program-library `associated-token-account`. */
export function decodeAssociatedToken({ accounts, data }: SwapInstruction): DecodedInstruction {
  const [payer, account, owner, mint] = accounts.map(({ address }) => address)
  if (data[0] !== CREATE_IDEMPOTENT || data.length !== 1 || mint === undefined) return OTHER
  return {
    kind: 'createAssociatedIdempotent',
    payer: payer as string,
    account: account as string,
    owner: owner as string,
    mint,
  }
}
