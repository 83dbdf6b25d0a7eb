import { COMPUTE_BUDGET_PROGRAM } from '../tokens/programs'
import { type WireTransaction } from './wire'

export const LAMPORTS_PER_SIGNATURE = 5_000n
const DEFAULT_UNITS_PER_INSTRUCTION = 200_000n
const MAX_UNITS = 1_400_000n
const MICRO_LAMPORTS = 1_000_000n

/** What a transaction pays, in lamports: 5,000 a signature, and its compute unit limit times its price. */
export function feeOf(wire: WireTransaction): bigint {
  let limit: bigint | null = null
  let price = 0n
  let others = 0n
  for (const { programIndex, data } of wire.instructions) {
    const bytes = Buffer.from(data)
    if (wire.keys[programIndex] !== COMPUTE_BUDGET_PROGRAM) others += 1n
    else if (bytes[0] === 2 && bytes.length >= 5) limit = BigInt(bytes.readUInt32LE(1))
    else if (bytes[0] === 3 && bytes.length >= 9) price = bytes.readBigUInt64LE(1)
  }
  const units = limit ?? others * DEFAULT_UNITS_PER_INSTRUCTION
  const micro = (units < MAX_UNITS ? units : MAX_UNITS) * price
  return BigInt(wire.header.signers) * LAMPORTS_PER_SIGNATURE + (micro + MICRO_LAMPORTS - 1n) / MICRO_LAMPORTS
}
