import { AddressBook } from '@fillstream/core'
import { getBase58Decoder, getCompiledTransactionMessageDecoder, getTransactionDecoder } from '@solana/kit'
import fc from 'fast-check'
import { namedSigner, signSwap, randomAddress } from '../testing/script'
import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { verifySignature } from './keys'
import { decodeMessage, decodeTransaction, isWritableKey, MalformedTransaction, withSignature } from './wire'

const addresses = new AddressBook()
const USDC = findToken('USDC')?.mint ?? ''

async function sample() {
  return signSwap({
    user: await namedSigner('wire'),
    venue: { routerAuthority: randomAddress(), payoutAccounts: { [USDC]: randomAddress() } },
    inputMint: WRAPPED_SOL_MINT,
    outputMint: USDC,
    swapMode: 'ExactIn',
    legs: [{ amount: 5n, vault: randomAddress(), pools: [1] }],
    output: 3n,
    orderId: 'wire',
    attempt: 1,
    lifetime: { blockhash: randomAddress(), lastValidBlockHeight: 1n },
  })
}

it('reads what the public library writes', async () => {
  const { bytes, signature } = await sample()
  const wire = decodeTransaction(bytes, addresses)
  const transaction = getTransactionDecoder().decode(bytes)
  const message = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes)
  if (message.version !== 0) throw new Error('unexpected version')
  expect(wire.signature).toBe(signature)
  expect(wire.keys).toEqual(message.staticAccounts)
  expect(wire.blockhash).toBe(message.lifetimeToken)
  expect(wire.header).toEqual({
    signers: message.header.numSignerAccounts,
    readonlySigners: message.header.numReadonlySignerAccounts,
    readonlyOthers: message.header.numReadonlyNonSignerAccounts,
  })
  expect(
    wire.instructions.map(({ programIndex, accounts, data }) => [programIndex, accounts, [...data]]),
  ).toEqual(
    message.instructions.map((instruction) => [
      instruction.programAddressIndex,
      instruction.accountIndices ?? [],
      [...(instruction.data ?? [])],
    ]),
  )
  expect([0, 1].map((index) => isWritableKey(wire, index))).toEqual([true, false])
  expect(
    verifySignature(addresses.bytesOf(wire.keys[0] ?? ''), wire.message, wire.signatures[0] ?? bytes),
  ).toBe(true)
  expect(decodeMessage(wire.message, addresses)).toMatchObject({ keys: wire.keys, blockhash: wire.blockhash })
})

it('puts a signature in its place', async () => {
  const wire = decodeTransaction((await sample()).bytes, addresses)
  const added = new Uint8Array(64).fill(7)
  const both = decodeTransaction(withSignature(wire, 1, added).bytes, addresses)
  expect(getBase58Decoder().decode(both.signatures[1] ?? added)).toBe(getBase58Decoder().decode(added))
  expect(both.signature).toBe(wire.signature)
  expect(Buffer.compare(both.message, wire.message)).toBe(0)
})

it('refuses every cut and survives every change of bytes', async () => {
  const { bytes } = await sample()
  for (let length = 0; length < bytes.length; length += 7)
    expect(() => decodeTransaction(bytes.subarray(0, length), addresses)).toThrow(MalformedTransaction)
  expect(() => decodeTransaction(Buffer.concat([bytes, Buffer.of(0)]), addresses)).toThrow(
    MalformedTransaction,
  )
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (place, value) => {
      const changed = Uint8Array.from(bytes)
      changed[place] = value
      try {
        decodeTransaction(changed, addresses)
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedTransaction)
      }
    }),
    { numRuns: 500, seed: 3 },
  )
})
