import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system'
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, getTokenSize, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'
import { AccountRole, type AccountMeta, type Address, type Instruction } from '@solana/kit'

/*
 * Instructions of token accounts, put down by hand: the client library makes their encoders anew for each one, and spells each address
 * out and reads it back to get its bytes. Source: the instruction enums of the system program, spl-token and
 * spl-associated-token-account; held to the library by a test.
 */

const TOKEN_ACCOUNT_BYTES = BigInt(getTokenSize())

const readonly = (address: Address): AccountMeta => ({ address, role: AccountRole.READONLY })
const writable = (address: Address): AccountMeta => ({ address, role: AccountRole.WRITABLE })
const signer = (address: Address): AccountMeta => ({ address, role: AccountRole.READONLY_SIGNER })
const payer = (address: Address): AccountMeta => ({ address, role: AccountRole.WRITABLE_SIGNER })

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

function token(accounts: readonly AccountMeta[], data: Uint8Array): Instruction {
  return { programAddress: TOKEN_PROGRAM_ADDRESS, accounts, data }
}

export interface Transfer {
  readonly source: Address
  readonly mint: Address
  readonly destination: Address
  /** Signs. */
  readonly authority: Address
  /** Base units of the mint. */
  readonly amount: bigint
  readonly decimals: number
  /** Named besides, read by nobody. */
  readonly reference?: Address
}

/** TokenInstruction::TransferChecked (tag 12: amount, decimals). */
export function transferChecked({ source, mint, destination, authority, ...rest }: Transfer): Instruction {
  const accounts = [writable(source), readonly(mint), writable(destination), signer(authority)]
  if (rest.reference !== undefined) accounts.push(readonly(rest.reference))
  return token(accounts, Buffer.concat([Uint8Array.of(12), u64(rest.amount), Uint8Array.of(rest.decimals)]))
}

/** TokenInstruction::CloseAccount (tag 9). @param owner signs, and is given what the account held */
export function closeAccount(account: Address, owner: Address): Instruction {
  return token([writable(account), writable(owner), signer(owner)], Uint8Array.of(9))
}

/** TokenInstruction::InitializeAccount3 (tag 18: owner). @param owner its bytes */
export function initializeAccount(account: Address, mint: Address, owner: Uint8Array): Instruction {
  return token([writable(account), readonly(mint)], Buffer.concat([Uint8Array.of(18), owner]))
}

export interface SeededAccount {
  readonly seed: string
  readonly lamports: bigint
  /** Its bytes. */
  readonly tokenProgram: Uint8Array
}

/** SystemInstruction::CreateAccountWithSeed (tag 3: base, seed, lamports, space, owner). @param owner signs and pays */
export function createTokenAccount(
  account: Address,
  owner: { readonly address: Address; readonly bytes: Uint8Array },
  { seed, lamports, tokenProgram }: SeededAccount,
): Instruction {
  const text = Buffer.from(seed)
  return {
    programAddress: SYSTEM_PROGRAM_ADDRESS,
    accounts: [payer(owner.address), writable(account)],
    data: Buffer.concat([
      Uint8Array.of(3, 0, 0, 0),
      owner.bytes,
      u64(BigInt(text.length)),
      text,
      u64(lamports),
      u64(TOKEN_ACCOUNT_BYTES),
      tokenProgram,
    ]),
  }
}

/** AssociatedTokenAccountInstruction::CreateIdempotent (tag 1). @param owner signs and pays */
export function openAssociated(account: Address, owner: Address, mint: Address): Instruction {
  const programs = [readonly(SYSTEM_PROGRAM_ADDRESS), readonly(TOKEN_PROGRAM_ADDRESS)]
  return {
    programAddress: ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
    accounts: [payer(owner), writable(account), readonly(owner), readonly(mint), ...programs],
    data: Uint8Array.of(1),
  }
}
