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

  const bytes: number[] = [
    VERSION_0,
    count((role) => (role & SIGNS) !== 0),
    count((role) => role === SIGNS),
    count((role) => role === 0),
  ]
  pushLength(bytes, keys.length)
  for (const key of keys) bytes.push(...addresses.bytesOf(key))
  bytes.push(...addresses.bytesOf(message.blockhash))
  pushLength(bytes, message.instructions.length)
  for (const { programAddress, accounts = [], data = [] } of message.instructions) {
    bytes.push(indexOf(programAddress))
    pushLength(bytes, accounts.length)
    for (const { address } of accounts) bytes.push(indexOf(address))
    pushLength(bytes, data.length)
    bytes.push(...Array.from(data))
  }
  pushLength(bytes, 0)
  return {
    bytes: Uint8Array.from(bytes),
    signers: keys.filter((key) => ((roles.get(key) ?? 0) & SIGNS) !== 0),
  }
}

const SIGNATURE_BYTES = 64

/** The transaction's wire form: signatures (a missing one is zeros), then the message. */
export function assembleTransaction(
  { bytes, signers }: CompiledMessage,
  signatures: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const head: number[] = []
  pushLength(head, signers.length)
  const wire = new Uint8Array(head.length + signers.length * SIGNATURE_BYTES + bytes.length)
  wire.set(head)
  signers.forEach((signer, i) => {
    const signature = signatures.get(signer)
    if (signature) wire.set(signature, head.length + i * SIGNATURE_BYTES)
  })
  wire.set(bytes, head.length + signers.length * SIGNATURE_BYTES)
  return wire
}

/** Solana's compact-u16: seven bits a byte, the lowest first. */
function pushLength(bytes: number[], length: number): void {
  let rest = length
  for (; rest > 0x7f; rest >>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
}
