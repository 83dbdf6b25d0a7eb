import { hash, timingSafeEqual } from 'node:crypto'

const FORM = /^fs_([0-9a-f]{16})\.[0-9a-f]{64}$/
const MIN_LENGTH = 16
const MAX_LENGTH = 512

/** A key taken apart: the public id it is found by, and the hash it is checked with. */
export interface ParsedApiKey {
  /** 16 hex digits */
  readonly keyId: string
  /** SHA-256 of the whole key: 32 bytes */
  readonly secretHash: Uint8Array
}

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** A new key, `fs_<16 hex>.<64 hex>`, of 8 + 32 random bytes. */
export function formatApiKey(random: Uint8Array): string {
  if (random.length !== 40) throw new Error('an API key is made of 40 random bytes')
  const hex = Buffer.from(random).toString('hex')
  return `fs_${hex.slice(0, 16)}.${hex.slice(16)}`
}

/**
 * Takes apart a key of our form, or any other text of 16 to 512 characters (such as a BOOTSTRAP_API_KEY of the operator's own
 * making): its id is then the beginning of its SHA-256.
 * @returns null for what cannot be a key
 */
export function parseApiKey(key: string): ParsedApiKey | null {
  if (key.length < MIN_LENGTH || key.length > MAX_LENGTH) return null
  const secretHash = sha256(key)
  return { keyId: FORM.exec(key)?.[1] ?? secretHash.toString('hex').slice(0, 16), secretHash }
}

/** Whether the stored hash is that of the presented key, in constant time. */
export function matchesSecret(stored: Uint8Array, presented: ParsedApiKey): boolean {
  return stored.length === presented.secretHash.length && timingSafeEqual(stored, presented.secretHash)
}
