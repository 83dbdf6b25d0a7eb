import { createHash } from 'node:crypto'
import { decodeAddress, encodeBase58 } from './base58'

const KNOWN_LIMIT = 20_000

/**
 * Base58 is slow where the same few addresses come again and again: this remembers the last {@link KNOWN_LIMIT}
 * translations in each direction.
 */
export class AddressBook {
  private readonly bytes = new Map<string, Uint8Array>()
  private readonly names = new Map<string, string>()

  /** The 32 bytes of an address; throws a RangeError where it is none. */
  bytesOf(address: string): Uint8Array {
    const known = this.bytes.get(address)
    if (known !== undefined) return known
    const decoded = decodeAddress(address)
    if (decoded === null) throw new RangeError(`not an address: ${address}`)
    this.remember(address, decoded)
    return decoded
  }

  /** Whether `address` is one. */
  has(address: string): boolean {
    if (this.bytes.has(address)) return true
    const decoded = decodeAddress(address)
    if (decoded !== null) this.remember(address, decoded)
    return decoded !== null
  }

  /** The base58 form of 32 bytes. */
  nameOf(bytes: Uint8Array): string {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const known = this.names.get(key)
    if (known !== undefined) return known
    const address = encodeBase58(bytes)
    this.remember(address, Uint8Array.from(bytes))
    return address
  }

  private remember(address: string, bytes: Uint8Array): void {
    if (this.bytes.size >= KNOWN_LIMIT) {
      this.bytes.clear()
      this.names.clear()
    }
    this.bytes.set(address, bytes)
    this.names.set(Buffer.from(bytes).toString('latin1'), address)
  }
}

/** The address of an account made with `createAccountWithSeed`: sha256 of base, seed (at most 32 bytes) and owner. */
export function addressWithSeed(book: AddressBook, base: string, seed: string, owner: string): string {
  const hash = createHash('sha256').update(book.bytesOf(base)).update(seed).update(book.bytesOf(owner))
  return encodeBase58(hash.digest())
}
