import {
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getInitializeAccount3Instruction,
  getTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token'
import { address, createNoopSigner, type Instruction } from '@solana/kit'
import { AddressBook } from '@fillstream/core'
import { getCreateAccountWithSeedInstruction } from '@solana-program/system'
import {
  closeAccount,
  createTokenAccount,
  initializeAccount,
  openAssociated,
  transferChecked,
} from './token-instructions'

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

test('a token account is made from a seed as by the libraries', () => {
  const addresses = new AddressBook()
  const bytes = addresses.bytesOf(owner)
  const seeded = { seed: 'swap 1', lamports: 2_039_280n }
  expect(
    wire(
      createTokenAccount(
        source,
        { address: owner, bytes },
        { ...seeded, tokenProgram: addresses.bytesOf(TOKEN_PROGRAM_ADDRESS) },
      ),
    ),
  ).toEqual(
    wire(
      getCreateAccountWithSeedInstruction({
        payer: signer,
        newAccount: source,
        base: owner,
        seed: seeded.seed,
        amount: seeded.lamports,
        space: 165n,
        programAddress: TOKEN_PROGRAM_ADDRESS,
      }),
    ),
  )
  expect(wire(initializeAccount(source, mint, bytes))).toEqual(
    wire(getInitializeAccount3Instruction({ account: source, mint, owner })),
  )
})
