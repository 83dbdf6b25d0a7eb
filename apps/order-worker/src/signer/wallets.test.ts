import { createPublicKey, verify } from 'node:crypto'
import { getAddressEncoder } from '@solana/kit'
import { createWallets } from './wallets'

const MASTER = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
const ACCOUNT = '0197a1b2-0000-7000-8000-000000000001'

test('the derivation never changes: this address belongs to this key and account for ever', () => {
  expect(createWallets(MASTER).of(ACCOUNT).address).toBe('FBUR9geNUkC16Ve3i6rtY1majyWW51C8ixQRTMiFHzoA')
})

test('accounts have wallets of their own, in any spelling of the id', () => {
  const wallets = createWallets(MASTER)
  expect(wallets.of('0197a1b2-0000-7000-8000-000000000002').address).not.toBe(wallets.of(ACCOUNT).address)
  expect(wallets.of(ACCOUNT.toUpperCase()).address).toBe(wallets.of(ACCOUNT).address)
})

test('a wallet signs what its address verifies', () => {
  const wallet = createWallets(MASTER).of(ACCOUNT)
  const message = Buffer.from('a message')
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(getAddressEncoder().encode(wallet.address)),
  ])
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  expect(verify(null, message, publicKey, wallet.sign(message))).toBe(true)
})
