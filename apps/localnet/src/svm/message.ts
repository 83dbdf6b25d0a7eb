import { type AddressBook } from '@fillstream/core'

export interface AccountMeta {
  readonly address: string
  readonly signer: boolean
  readonly writable: boolean
}

export interface Instruction {
  readonly program: string
  readonly accounts: readonly AccountMeta[]
  readonly data: Uint8Array
}

/** The bytes of a v0 message (no lookup tables): what its signers sign. */
export function compileMessage(
  addresses: AddressBook,
  feePayer: string,
  blockhash: string,
  instructions: readonly Instruction[],
): Uint8Array {
  const metas = new Map<string, AccountMeta>([
    [feePayer, { address: feePayer, signer: true, writable: true }],
  ])
  for (const { program, accounts } of instructions) {
    for (const meta of [...accounts, { address: program, signer: false, writable: false }]) {
      const known = metas.get(meta.address)
      metas.set(meta.address, {
        address: meta.address,
        signer: meta.signer || known?.signer === true,
        writable: meta.writable || known?.writable === true,
      })
    }
  }
  const rank = (meta: AccountMeta) => (meta.signer ? 0 : 2) + (meta.writable ? 0 : 1)
  const ordered = [...metas.values()].sort((left, right) =>
    left.address === feePayer ? -1 : right.address === feePayer ? 1 : rank(left) - rank(right),
  )
  const indexOf = new Map(ordered.map(({ address }, index) => [address, index]))
  const index = (address: string) => indexOf.get(address) ?? 0

  const signers = ordered.filter((meta) => meta.signer)
  const others = ordered.filter((meta) => !meta.signer)
  return Buffer.concat([
    Buffer.from([0x80, signers.length]),
    Buffer.from([signers, others].map((part) => part.filter((meta) => !meta.writable).length)),
    compactLength(ordered.length),
    ...ordered.map(({ address }) => addresses.bytesOf(address)),
    addresses.bytesOf(blockhash),
    compactLength(instructions.length),
    ...instructions.flatMap(({ program, accounts, data }) => [
      Buffer.from([index(program)]),
      compactLength(accounts.length),
      Buffer.from(accounts.map(({ address }) => index(address))),
      compactLength(data.length),
      data,
    ]),
    compactLength(0),
  ])
}

/** A whole transaction with one signature. */
export function signedTransaction(message: Uint8Array, signature: Uint8Array): Uint8Array {
  return Buffer.concat([compactLength(1), signature, message])
}

function compactLength(length: number): Buffer {
  const bytes: number[] = []
  let rest = length
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>= 7
  }
  return Buffer.from([...bytes, rest])
}
