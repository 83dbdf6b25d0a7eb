import {
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getTransferCheckedInstruction,
} from '@solana-program/token'
import { address, createNoopSigner, type Instruction } from '@solana/kit'
import { closeAccount, openAssociated, transferChecked } from './token-instructions'

const [source, mint, destination] = [
  address('4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R'),
  address('Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB'),
  address('DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263'),
]
const owner = address('9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM')
const signer = createNoopSigner(owner)

function wire({ programAddress, accounts = [], data }: Instruction) {
  return {
    programAddress,
    accounts: accounts.map((account) => ({ address: account.address, role: account.role })),
    data: [...(data ?? [])],
  }
}

test.each([0n, 1n, 255n, 256n, 10_000_000_000_000n, 2n ** 64n - 1n])(
  'a transfer of %s base units is as the library makes it',
  (amount) => {
    const transfer = { source, mint, destination, amount, decimals: 9 }
    expect(wire(transferChecked({ ...transfer, authority: owner }))).toEqual(
      wire(getTransferCheckedInstruction({ ...transfer, authority: signer })),
    )
  },
)

test('an account is opened and closed as by the library', () => {
  expect(wire(closeAccount(source, owner))).toEqual(
    wire(getCloseAccountInstruction({ account: source, destination: owner, owner: signer })),
  )
  expect(wire(openAssociated(source, owner, mint))).toEqual(
    wire(getCreateAssociatedTokenIdempotentInstruction({ payer: signer, ata: source, owner, mint })),
  )
})
