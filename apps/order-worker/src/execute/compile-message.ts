import { type AddressBook } from '@fillstream/core'

/** An instruction with addresses as text; a role says whether its account signs (2) and is written (1). */
export interface PlainInstruction {
  readonly programAddress: string
  readonly accounts?: readonly { readonly address: string; readonly role: number }[]
  readonly data?: { readonly length: number } & ArrayLike<number>
}

const SIGNS = 2
const WRITTEN = 1
const VERSION_0 = 0x80

/** A compiled message, and its signers in the order in which their signatures stand before it. */
export interface CompiledMessage {
  readonly bytes: Uint8Array
  readonly signers: readonly string[]
}

/**
 * The bytes of a version 0 message without lookup tables (https://solana.com/docs/core/transactions#message-header): header, account
 * keys (signers first, the fee payer first of all; written ones before read ones), blockhash, instructions. Written by hand since
 * it runs for every attempt: a client library spends most of a millisecond on translating the same addresses anew.
 * @throws RangeError where an address is none
 */
export function compileMessage(
  message: {
    readonly feePayer: string
    readonly blockhash: string
    readonly instructions: readonly PlainInstruction[]
  },
  addresses: AddressBook,
): CompiledMessage {
  const roles = new Map<string, number>([[message.feePayer, SIGNS | WRITTEN]])
  for (const { programAddress, accounts = [] } of message.instructions) {
    for (const { address, role } of accounts) roles.set(address, (roles.get(address) ?? 0) | role)
    roles.set(programAddress, roles.get(programAddress) ?? 0)
  }
  // A stable sort: the fee payer came first and stays first.
  const keys = [...roles.keys()].sort((a, b) => (roles.get(b) ?? 0) - (roles.get(a) ?? 0))
  const count = (passes: (role: number) => boolean) =>
    keys.filter((key) => passes(roles.get(key) ?? 0)).length
  const indexes = new Map(keys.map((key, index) => [key, index]))
  const indexOf = (key: string) => indexes.get(key) as number

  const out = new ByteWriter()
  out.byte(VERSION_0)
  out.byte(count((role) => (role & SIGNS) !== 0))
  out.byte(count((role) => role === SIGNS))
  out.byte(count((role) => role === 0))
  out.length(keys.length)
  for (const key of keys) out.bytes(addresses.bytesOf(key))
  out.bytes(addresses.bytesOf(message.blockhash))
  out.length(message.instructions.length)
  for (const { programAddress, accounts = [], data = [] } of message.instructions) {
    out.byte(indexOf(programAddress))
    out.length(accounts.length)
    for (const { address } of accounts) out.byte(indexOf(address))
    out.length(data.length)
    out.bytes(data)
  }
  out.length(0)
  return {
    bytes: out.written(),
    signers: keys.filter((key) => ((roles.get(key) ?? 0) & SIGNS) !== 0),
  }
}

const MISSING = new Uint8Array(64)

/** The transaction's wire form: signatures (a missing one is zeros), then the message. */
export function assembleTransaction(
  { bytes, signers }: CompiledMessage,
  signatures: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const out = new ByteWriter()
  out.length(signers.length)
  for (const signer of signers) out.bytes(signatures.get(signer) ?? MISSING)
  out.bytes(bytes)
  return out.written()
}

/** Bytes one after the other, in memory that grows. */
class ByteWriter {
  private memory = new Uint8Array(2_048)
  private at = 0

  byte(value: number): void {
    this.reserve(1)
    this.memory[this.at++] = value
  }

  bytes(values: ArrayLike<number>): void {
    this.reserve(values.length)
    this.memory.set(values, this.at)
    this.at += values.length
  }

  /** Solana's compact-u16: seven bits a byte, the lowest first. */
  length(length: number): void {
    let rest = length
    for (; rest > 0x7f; rest >>= 7) this.byte((rest & 0x7f) | 0x80)
    this.byte(rest)
  }

  written(): Uint8Array {
    return this.memory.slice(0, this.at)
  }

  private reserve(count: number): void {
    if (this.at + count <= this.memory.length) return
    const larger = new Uint8Array(2 * (this.at + count))
    larger.set(this.memory)
    this.memory = larger
  }
}
