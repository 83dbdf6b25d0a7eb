import { createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto'
import { memoize } from '@fillstream/core'
import { getAddressDecoder, type Address } from '@solana/kit'

/** The wallet of one account: its address, and signatures over message bytes (64 bytes, Ed25519). */
export interface Wallet {
  readonly address: Address
  sign(message: Uint8Array): Uint8Array
}

/** PKCS#8 header of an Ed25519 private key; the 32-byte seed follows (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SALT = 'fillstream/wallet/v1'
const CACHED = 10_000

function keyOf(masterKey: Buffer, accountId: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', masterKey, SALT, accountId, 32))
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })
}

/** The wallets of accounts. Holds keys in memory only, at most 10,000 at a time. */
export interface Wallets {
  of(accountId: string): Wallet
}

/**
 * One wallet per account: its Ed25519 seed is HKDF-SHA256(master key, salt `fillstream/wallet/v1`, info = account
 * id in lower case, 32 bytes; RFC 5869). Nothing else enters, so the derivation need never change: the same master
 * key and account give the same wallet for ever.
 * @param masterKeyHex 64 hex digits
 */
export function createWallets(masterKeyHex: string): Wallets {
  const masterKey = Buffer.from(masterKeyHex, 'hex')
  return {
    of: memoize(CACHED, (accountId) => {
      const key = keyOf(masterKey, accountId.toLowerCase())
      const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
      return {
        address: getAddressDecoder().decode(publicKey),
        sign: (message) => new Uint8Array(sign(null, message, key)),
      }
    }),
  }
}
