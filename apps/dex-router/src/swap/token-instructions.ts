import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system'
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'
import { AccountRole, type Address, type Instruction } from '@solana/kit'

/*
 * Instructions of the token programs, put down by hand: the client library makes their encoders anew for each one. Source: the
 * instruction enums of spl-token and spl-associated-token-account; held to the library by a test.
 */

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
  const data = Buffer.alloc(10)
  data[0] = 12
  data.writeBigUInt64LE(rest.amount, 1)
  data[9] = rest.decimals
  return {
    programAddress: TOKEN_PROGRAM_ADDRESS,
    accounts: [
      { address: source, role: AccountRole.WRITABLE },
      { address: mint, role: AccountRole.READONLY },
      { address: destination, role: AccountRole.WRITABLE },
      { address: authority, role: AccountRole.READONLY_SIGNER },
      ...(rest.reference === undefined ? [] : [{ address: rest.reference, role: AccountRole.READONLY }]),
    ],
    data,
  }
}

/** TokenInstruction::CloseAccount (tag 9). @param owner signs, and is given what the account held */
export function closeAccount(account: Address, owner: Address): Instruction {
  return {
    programAddress: TOKEN_PROGRAM_ADDRESS,
    accounts: [
      { address: account, role: AccountRole.WRITABLE },
      { address: owner, role: AccountRole.WRITABLE },
      { address: owner, role: AccountRole.READONLY_SIGNER },
    ],
    data: Uint8Array.of(9),
  }
}

/** AssociatedTokenAccountInstruction::CreateIdempotent (tag 1). @param owner signs and pays */
export function openAssociated(account: Address, owner: Address, mint: Address): Instruction {
  return {
    programAddress: ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
    accounts: [
      { address: owner, role: AccountRole.WRITABLE_SIGNER },
      { address: account, role: AccountRole.WRITABLE },
      { address: owner, role: AccountRole.READONLY },
      { address: mint, role: AccountRole.READONLY },
      { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
      { address: TOKEN_PROGRAM_ADDRESS, role: AccountRole.READONLY },
    ],
    data: Uint8Array.of(1),
  }
}
