const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const DIGITS = new Map([...ALPHABET].map((character, digit) => [character, BigInt(digit)]))
const ADDRESS_BYTES = 32

/** Base58 (Bitcoin alphabet) of any bytes; leading zero bytes become leading `1`s. */
export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0
  while (zeros < bytes.length && bytes[zeros] === 0) zeros += 1
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (; value > 0n; value /= 58n) text = ALPHABET.charAt(Number(value % 58n)) + text
  return '1'.repeat(zeros) + text
}

/** The 32 bytes of a base58 Solana address, or null where `text` is not one. */
export function decodeAddress(text: string): Uint8Array | null {
  if (text.length < ADDRESS_BYTES || text.length > 44) return null
  let value = 0n
  for (const character of text) {
    const digit = DIGITS.get(character)
    if (digit === undefined) return null
    value = value * 58n + digit
  }
  const bytes = new Uint8Array(ADDRESS_BYTES)
  for (let at = ADDRESS_BYTES - 1; at >= 0; at -= 1) {
    bytes[at] = Number(value & 0xffn)
    value >>= 8n
  }
  return value === 0n && encodeBase58(bytes) === text ? bytes : null
}
