import { getCompiledTransactionMessageDecoder, getTransactionDecoder } from '@solana/kit'
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system'
import { identifyTokenInstruction, TOKEN_PROGRAM_ADDRESS, TokenInstruction } from '@solana-program/token'
import { type InstructionRoles } from './verdict'

/** Position of the authority among the accounts of a TransferChecked. */
const AUTHORITY = 3

/** Reads from an attempt's own bytes which instructions spend the wallet's money and which pay it out. */
export function instructionRoles(transaction: Uint8Array): InstructionRoles {
  const message = getCompiledTransactionMessageDecoder().decode(
    getTransactionDecoder().decode(transaction).messageBytes,
  )
  const spends: number[] = []
  const payouts: number[] = []
  if (!('instructions' in message)) return { spends, payouts }
  message.instructions.forEach((instruction, index) => {
    const program = message.staticAccounts[instruction.programAddressIndex]
    if (program === SYSTEM_PROGRAM_ADDRESS) spends.push(index)
    if (program !== TOKEN_PROGRAM_ADDRESS || !instruction.data) return
    if (identifyTokenInstruction(instruction.data) !== TokenInstruction.TransferChecked) return
    // The fee payer, account 0, is the wallet.
    if (instruction.accountIndices?.[AUTHORITY] === 0) spends.push(index)
    else payouts.push(index)
  })
  return { spends, payouts }
}
