import { encodeBase58, type AddressBook } from '@fillstream/core'

/** The largest transaction that fits Solana's packets. */
export const MAX_TRANSACTION_BYTES = 1_232

export interface WireInstruction {
  readonly programIndex: number
  readonly accounts: readonly number[]
  readonly data: Uint8Array
}

export interface TableLookup {
  readonly table: string
  readonly writable: readonly number[]
  readonly readonly: readonly number[]
}

/** A transaction taken apart. `signatures` are raw; one that is missing is 64 zero bytes. */
export interface WireTransaction {
  readonly bytes: Uint8Array
  readonly message: Uint8Array
  /** Base58 of the first signature: the transaction's id. */
  readonly signature: string
  readonly signatures: readonly Uint8Array[]
  readonly version: 'legacy' | 0
  readonly header: {
    readonly signers: number
    readonly readonlySigners: number
    readonly readonlyOthers: number
  }
  readonly keys: readonly string[]
  readonly blockhash: string
  readonly instructions: readonly WireInstruction[]
  readonly lookups: readonly TableLookup[]
}

/** Bytes that are no transaction. */
export class MalformedTransaction extends Error {}

const SIGNATURE_BYTES = 64
const KEY_BYTES = 32

/** Takes wire bytes apart; throws {@link MalformedTransaction} where they break Solana's format or its plain rules. */
export function decodeTransaction(bytes: Uint8Array, addresses: AddressBook): WireTransaction {
  if (bytes.length > MAX_TRANSACTION_BYTES)
    throw new MalformedTransaction(`too large: ${bytes.length} bytes (max: ${MAX_TRANSACTION_BYTES})`)
  const reader = new Reader(bytes)
  const signatures = reader.list(() => reader.take(SIGNATURE_BYTES))
  const messageStart = reader.at
  const message = bytes.subarray(messageStart)

  const first = reader.byte()
  const versioned = (first & 0x80) !== 0
  if (versioned && first !== 0x80) throw new MalformedTransaction(`unsupported version ${first & 0x7f}`)
  const signers = versioned ? reader.byte() : first
  const header = { signers, readonlySigners: reader.byte(), readonlyOthers: reader.byte() }
  const keys = reader.list(() => addresses.nameOf(reader.take(KEY_BYTES)))
  const blockhash = encodeBase58(reader.take(KEY_BYTES))
  const instructions = reader.list(() => ({
    programIndex: reader.byte(),
    accounts: reader.list(() => reader.byte()),
    data: reader.take(reader.length()),
  }))
  const lookups = versioned
    ? reader.list(() => ({
        table: addresses.nameOf(reader.take(KEY_BYTES)),
        writable: reader.list(() => reader.byte()),
        readonly: reader.list(() => reader.byte()),
      }))
    : []
  if (reader.at !== bytes.length) throw new MalformedTransaction('bytes left over after the transaction')

  const wire: WireTransaction = {
    bytes,
    message,
    signature: encodeBase58(signatures[0] ?? new Uint8Array(0)),
    signatures,
    version: versioned ? 0 : 'legacy',
    header,
    keys,
    blockhash,
    instructions,
    lookups,
  }
  assertSane(wire)
  return wire
}

/** Takes a message without its signatures apart; throws {@link MalformedTransaction}. */
export function decodeMessage(message: Uint8Array, addresses: AddressBook): WireTransaction {
  const signers = message[message[0] === 0x80 ? 1 : 0] ?? 0
  if (signers >= 0x80) throw new MalformedTransaction('too many signers')
  const unsigned = Buffer.alloc(1 + signers * SIGNATURE_BYTES)
  unsigned[0] = signers
  return decodeTransaction(Buffer.concat([unsigned, message]), addresses)
}

/** True where the account at this index of the static keys may be written. */
export function isWritableKey({ header, keys }: WireTransaction, index: number): boolean {
  return index < header.signers
    ? index < header.signers - header.readonlySigners
    : index < keys.length - header.readonlyOthers
}

/** The same transaction with a signature put at `index`. */
export function withSignature(wire: WireTransaction, index: number, signature: Uint8Array): WireTransaction {
  const bytes = Uint8Array.from(wire.bytes)
  const signatures = [...wire.signatures]
  bytes.set(
    signature,
    wire.bytes.length - wire.message.length - (signatures.length - index) * SIGNATURE_BYTES,
  )
  signatures[index] = signature
  return { ...wire, bytes, signatures, message: bytes.subarray(bytes.length - wire.message.length) }
}

function assertSane({ header, signatures, keys, instructions, lookups }: WireTransaction): void {
  const loaded = lookups.reduce((sum, { writable, readonly }) => sum + writable.length + readonly.length, 0)
  const accounts = keys.length + loaded
  if (header.signers === 0 || header.readonlySigners >= header.signers)
    throw new MalformedTransaction('no writable fee payer')
  if (signatures.length !== header.signers)
    throw new MalformedTransaction('signatures do not match the header')
  if (header.signers + header.readonlyOthers > keys.length)
    throw new MalformedTransaction('header counts more accounts than there are')
  if (new Set(keys).size !== keys.length) throw new MalformedTransaction('an account is named twice')
  for (const instruction of instructions) {
    if (instruction.programIndex === 0 || instruction.programIndex >= keys.length)
      throw new MalformedTransaction('an instruction names no program')
    if (instruction.accounts.some((index) => index >= accounts))
      throw new MalformedTransaction('an instruction names an account that is not there')
  }
}

class Reader {
  at = 0
  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    const value = this.bytes[this.at]
    if (value === undefined) throw new MalformedTransaction('ends too early')
    this.at += 1
    return value
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new MalformedTransaction('ends too early')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  /** Solana's compact u16. */
  length(): number {
    let value = 0
    for (let shift = 0; shift <= 14; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return value
    }
    throw new MalformedTransaction('a length is out of range')
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.length() }, item)
  }
}
