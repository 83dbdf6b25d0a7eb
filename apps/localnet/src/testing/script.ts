import { createHash, generateKeyPairSync } from 'node:crypto'
import { encodeBase58 } from '@fillstream/core'
import { createKeyPairSignerFromPrivateKeyBytes, type KeyPairSigner } from '@solana/kit'

export { associated, signSwap, type SwapScript, type VenueInfo } from '../settlement/sign-swap'

/** A key pair that depends on its name alone. */
export function namedSigner(name: string): Promise<KeyPairSigner> {
  return createKeyPairSignerFromPrivateKeyBytes(createHash('sha256').update(name).digest())
}

/** An address nobody has the key of. */
export function randomAddress(): string {
  const { publicKey } = generateKeyPairSync('ed25519')
  return encodeBase58(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
}
