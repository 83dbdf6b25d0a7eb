import fc from 'fast-check'
import { decodeAddress, encodeBase58 } from './base58'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** The same by the definition: one number, divided by 58 until nothing is left. */
function byDefinition(bytes: Uint8Array): string {
  let value = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (; value > 0n; value /= 58n) text = ALPHABET.charAt(Number(value % 58n)) + text
  const zeros = bytes.findIndex((byte) => byte !== 0)
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + text
}

const anyBytes = fc
  .tuple(fc.nat({ max: 40 }), fc.uint8Array({ maxLength: 80 }))
  .map(([zeros, rest]) => Uint8Array.from([...new Array<number>(zeros).fill(0), ...rest]))
const addressBytes = fc
  .tuple(fc.nat({ max: 32 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([zeros, bytes]) => bytes.map((byte, at) => (at < zeros ? 0 : byte)))

it('encodes any bytes as the definition has it', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => encodeBase58(bytes) === byDefinition(bytes)),
    { numRuns: 1_000 },
  )
})

it('decodes the address of any 32 bytes', () => {
  fc.assert(
    fc.property(addressBytes, (bytes) => {
      expect(decodeAddress(byDefinition(bytes))).toEqual(bytes)
    }),
    { numRuns: 1_000 },
  )
})

it('takes no other spelling, and nothing that is no address', () => {
  const address = 'So11111111111111111111111111111111111111112'
  expect(decodeAddress(address)).toHaveLength(32)
  for (const wrong of [
    `1${address}`,
    address.slice(1),
    address.replace('S', 'l'),
    address.replace('S', '0'),
    'z'.repeat(44),
    '1'.repeat(31),
    '1'.repeat(33),
    '',
  ])
    expect(decodeAddress(wrong)).toBeNull()
})
