const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const DIGITS = new Map([...ALPHABET].map((character, digit) => [character, digit]))
const ADDRESS_BYTES = 32

/*
 * Digits are taken in groups of five, and bytes in pairs: a group times a pair still fits the 53 bits of a number, which is many
 * times faster than a bigint.
 */
const GROUP_DIGITS = 5
const GROUP = 58 ** GROUP_DIGITS
const PAIR = 65_536

/** Base58 (Bitcoin alphabet) of any bytes; leading zero bytes become leading `1`s. */
export function encodeBase58(bytes: Uint8Array): string {
  let zeros = 0
  while (zeros < bytes.length && bytes[zeros] === 0) zeros += 1
  const groups: number[] = []
  const push = (base: number, value: number) => {
    let carry = value
    for (let at = 0; at < groups.length; at += 1) {
      const sum = (groups[at] as number) * base + carry
      groups[at] = sum % GROUP
      carry = Math.floor(sum / GROUP)
    }
    if (carry > 0) groups.push(carry)
  }
  let at = zeros
  if ((bytes.length - zeros) % 2 === 1) push(256, bytes[at++] as number)
  for (; at < bytes.length; at += 2) push(PAIR, (bytes[at] as number) * 256 + (bytes[at + 1] as number))
  let text = ''
  for (const [place, group] of groups.entries()) {
    let rest = group
    const last = place === groups.length - 1
    for (let digit = 0; digit < GROUP_DIGITS && !(last && rest === 0); digit += 1) {
      text = ALPHABET.charAt(rest % 58) + text
      rest = Math.floor(rest / 58)
    }
  }
  return '1'.repeat(zeros) + text
}

/** The 32 bytes of a base58 Solana address, or null where `text` is not one. */
export function decodeAddress(text: string): Uint8Array | null {
  if (text.length < ADDRESS_BYTES || text.length > 44) return null
  const pairs = new Array<number>(ADDRESS_BYTES / 2).fill(0)
  for (let at = 0; at < text.length; at += GROUP_DIGITS) {
    const group = text.slice(at, at + GROUP_DIGITS)
    let carry = 0
    for (const character of group) {
      const digit = DIGITS.get(character)
      if (digit === undefined) return null
      carry = carry * 58 + digit
    }
    const base = 58 ** group.length
    for (let place = pairs.length - 1; place >= 0; place -= 1) {
      const sum = (pairs[place] as number) * base + carry
      pairs[place] = sum % PAIR
      carry = Math.floor(sum / PAIR)
    }
    if (carry > 0) return null
  }
  const bytes = Uint8Array.from(pairs.flatMap((pair) => [pair >> 8, pair & 0xff]))
  return leading(text, (at) => text[at] === '1') === leading(bytes, (at) => bytes[at] === 0) ? bytes : null
}

/** Each leading zero byte is one leading `1`: any other spelling of the number is no address. */
function leading({ length }: { readonly length: number }, isZero: (at: number) => boolean): number {
  let count = 0
  while (count < length && isZero(count)) count += 1
  return count
}
