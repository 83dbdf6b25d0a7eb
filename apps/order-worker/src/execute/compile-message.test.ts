import { AddressBook, encodeBase58 } from '@fillstream/core'
import {
  address,
  appendTransactionMessageInstructions,
  blockhash,
  compileTransaction,
  createTransactionMessage,
  decompileTransactionMessage,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  getTransactionEncoder,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit'
import fc from 'fast-check'
import { assembleTransaction, compileMessage } from './compile-message'

const names = Array.from({ length: 12 }, (_, i) => encodeBase58(new Uint8Array(32).fill(i + 1)))
const feePayer = names[0] as string
const HASH = encodeBase58(new Uint8Array(32).fill(99))

const instruction = fc.record({
  programAddress: fc.constantFrom(...names.slice(9)),
  accounts: fc.array(
    fc.record({ address: fc.constantFrom(...names.slice(0, 9)), role: fc.integer({ min: 0, max: 3 }) }),
    { maxLength: 8 },
  ),
  data: fc.uint8Array({ maxLength: 300 }),
})

/** The client library's compilation of the same message. */
function byLibrary(
  instructions: readonly {
    programAddress: string
    accounts: readonly { address: string; role: number }[]
    data: Uint8Array
  }[],
) {
  return compileTransaction(
    pipe(
      createTransactionMessage({ version: 0 }),
      (m) => setTransactionMessageFeePayer(address(feePayer), m),
      (m) =>
        setTransactionMessageLifetimeUsingBlockhash(
          { blockhash: blockhash(HASH), lastValidBlockHeight: 1n },
          m,
        ),
      (m) =>
        appendTransactionMessageInstructions(
          instructions.map(({ programAddress, accounts, data }) => ({
            programAddress: address(programAddress),
            accounts: accounts.map((account) => ({ ...account, address: address(account.address) })),
            data,
          })),
          m,
        ),
    ),
  )
}

it('means what the client library compiles: the same header, signers and instructions, and decodes as a transaction', () => {
  fc.assert(
    fc.property(fc.array(instruction, { minLength: 1, maxLength: 6 }), (instructions) => {
      const compiled = compileMessage({ feePayer, blockhash: HASH, instructions }, new AddressBook())
      const theirs = byLibrary(instructions)
      const decoder = getCompiledTransactionMessageDecoder()
      const [ours, expected] = [decoder.decode(compiled.bytes), decoder.decode(theirs.messageBytes)]
      expect(ours.header).toEqual(expected.header)
      expect(decompileTransactionMessage(ours)).toEqual(decompileTransactionMessage(expected))
      expect([...compiled.signers].sort()).toEqual(Object.keys(theirs.signatures).sort())
      expect(compiled.signers[0]).toBe(feePayer)

      const signature = new Uint8Array(64).fill(7)
      const wire = assembleTransaction(compiled, new Map([[feePayer, signature]]))
      const decoded = getTransactionDecoder().decode(wire)
      expect(decoded.signatures[address(feePayer)]).toEqual(signature)
      expect(Object.values(decoded.signatures).filter((given) => given !== null)).toHaveLength(1)
      expect(wire).toHaveLength(
        getTransactionEncoder().encode({ ...theirs, signatures: decoded.signatures }).length,
      )
    }),
    { numRuns: 300 },
  )
})

it('refuses what is no address', () => {
  const instructions = [{ programAddress: 'nobody', accounts: [], data: new Uint8Array() }]
  expect(() => compileMessage({ feePayer, blockhash: HASH, instructions }, new AddressBook())).toThrow(
    RangeError,
  )
})
