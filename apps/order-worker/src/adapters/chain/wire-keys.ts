import { type AddressBook } from '@fillstream/core'

const SIGNATURE_BYTES = 64
const KEY_BYTES = 32
const VERSIONED = 0x80

/** How many have signed a transaction, and the accounts that it names itself: what tables add is not in its bytes. */
export function readWireKeys(
  bytes: Uint8Array,
  addresses: AddressBook,
): { readonly signatures: number; readonly keys: readonly string[] } {
  const signatures = compactLength(bytes, 0)
  let at = signatures.end + signatures.value * SIGNATURE_BYTES
  if (((bytes[at] ?? 0) & VERSIONED) !== 0) at += 1
  // The header's three counts.
  const count = compactLength(bytes, at + 3)
  at = count.end
  if (at + count.value * KEY_BYTES > bytes.length) throw new RangeError('a transaction ends too early')
  const keys = Array.from({ length: count.value }, (_, index) =>
    addresses.nameOf(bytes.subarray(at + index * KEY_BYTES, at + (index + 1) * KEY_BYTES)),
  )
  return { signatures: signatures.value, keys }
}

/** Solana's compact u16: seven bits a byte, the low ones first. */
function compactLength(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let i = 0; i < 3; i++) {
    const byte = bytes[from + i]
    if (byte === undefined) throw new RangeError('a transaction ends too early')
    value |= (byte & 0x7f) << (7 * i)
    if ((byte & 0x80) === 0) return { value, end: from + i + 1 }
  }
  throw new RangeError('a length is out of range')
}
