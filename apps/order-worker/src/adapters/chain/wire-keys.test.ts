import { AddressBook, encodeBase58 } from '@fillstream/core'
import { getCompiledTransactionMessageEncoder, type Address, type Blockhash } from '@solana/kit'
import fc from 'fast-check'
import { readWireKeys } from './wire-keys'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => encodeBase58(bytes) as Address)

test("signatures and keys are those of the library's transactions", () => {
  fc.assert(
    fc.property(
      fc.constantFrom('legacy' as const, 0 as const),
      fc.integer({ min: 0, max: 140 }),
      fc.array(key, { minLength: 1, maxLength: 140 }),
      (version, signatures, keys) => {
        const message = getCompiledTransactionMessageEncoder().encode({
          version,
          header: { numSignerAccounts: 1, numReadonlySignerAccounts: 0, numReadonlyNonSignerAccounts: 0 },
          staticAccounts: keys,
          lifetimeToken: encodeBase58(new Uint8Array(32)) as Blockhash,
          instructions: [],
        })
        const count = signatures < 128 ? [signatures] : [(signatures & 0x7f) | 0x80, signatures >> 7]
        const bytes = Uint8Array.from([...count, ...new Uint8Array(64 * signatures), ...message])
        expect(readWireKeys(bytes, new AddressBook())).toEqual({ signatures, keys })
      },
    ),
    { numRuns: 50 },
  )
})

test('bytes that end too early are no transaction', () => {
  const read = (...bytes: number[]) => readWireKeys(Uint8Array.from(bytes), new AddressBook())
  expect(() => read()).toThrow(RangeError)
  expect(() => read(0, 0x80, 1, 0, 0, 2, 1, 1)).toThrow(RangeError)
  expect(() => read(0xff, 0xff, 0xff)).toThrow(RangeError)
})
