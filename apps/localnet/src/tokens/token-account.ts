import { decodeAddress, encodeBase58 } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { type AccountState } from '../svm/account'
import { TOKEN_PROGRAM } from './programs'

export const TOKEN_ACCOUNT_SIZE = 165
export const MINT_SIZE = 82

/** What a token account of SPL Token says. */
export interface TokenAccount {
  readonly mint: string
  readonly owner: string
  readonly amount: bigint
  readonly delegate: string | null
  readonly delegatedAmount: bigint
  readonly frozen: boolean
  /** Lamports that keep a wrapped-SOL account alive; null for every other mint. */
  readonly nativeReserve: bigint | null
  readonly closeAuthority: string | null
}

export interface Mint {
  readonly supply: bigint
  readonly decimals: number
  readonly mintAuthority: string | null
  readonly freezeAuthority: string | null
}

const AT = {
  owner: 32,
  amount: 64,
  delegate: 72,
  state: 108,
  native: 109,
  delegated: 121,
  close: 129,
} as const

// Mints and owners repeat in every account: translated once. Bounded like the address book.
const names = new Map<string, string>()
const NAMES_LIMIT = 20_000

/** Reads an initialized token account; null where the account is none. */
export function readTokenAccount({ owner, data }: AccountState): TokenAccount | null {
  if (owner !== TOKEN_PROGRAM || data.length !== TOKEN_ACCOUNT_SIZE || data[AT.state] === 0) return null
  const view = viewOf(data)
  return {
    mint: addressAt(data, 0),
    owner: addressAt(data, AT.owner),
    amount: view.getBigUint64(AT.amount, true),
    delegate: optionalAddress(view, data, AT.delegate),
    delegatedAmount: view.getBigUint64(AT.delegated, true),
    frozen: data[AT.state] === 2,
    nativeReserve: view.getUint32(AT.native, true) === 1 ? view.getBigUint64(AT.native + 4, true) : null,
    closeAuthority: optionalAddress(view, data, AT.close),
  }
}

/** Reads a mint; null where the account is none. */
export function readMint({ owner, data }: AccountState): Mint | null {
  if (owner !== TOKEN_PROGRAM || data.length !== MINT_SIZE || data[45] !== 1) return null
  const view = viewOf(data)
  return {
    supply: view.getBigUint64(36, true),
    decimals: view.getUint8(44),
    mintAuthority: optionalAddress(view, data, 0),
    freezeAuthority: optionalAddress(view, data, 46),
  }
}

/** A new, empty token account. Wrapped SOL is marked as such; its lamports beyond `rent` are its amount. */
export function emptyTokenAccount(mint: string, owner: string, rent: bigint): AccountState {
  const data = new Uint8Array(TOKEN_ACCOUNT_SIZE)
  data.set(bytesOf(mint), 0)
  data.set(bytesOf(owner), AT.owner)
  data[AT.state] = 1
  if (mint === WRAPPED_SOL_MINT) {
    viewOf(data).setUint32(AT.native, 1, true)
    viewOf(data).setBigUint64(AT.native + 4, rent, true)
  }
  return { lamports: rent, data, owner: TOKEN_PROGRAM, executable: false }
}

/** The account with another amount; a wrapped-SOL account's lamports go along. Throws a RangeError beyond u64. */
export function withAmount(account: AccountState, amount: bigint): AccountState {
  const token = readTokenAccount(account)
  if (token === null) throw new TypeError('not a token account')
  if (amount < 0n || amount >= 1n << 64n) throw new RangeError(`token amount out of range: ${amount}`)
  const data = Uint8Array.from(account.data)
  viewOf(data).setBigUint64(AT.amount, amount, true)
  const native = token.nativeReserve !== null
  return { ...account, data, lamports: native ? account.lamports + amount - token.amount : account.lamports }
}

/** Who may make more of a mint, and who may freeze accounts of it; null: nobody. */
export type MintAuthorities = Pick<Mint, 'mintAuthority' | 'freezeAuthority'>

export const RENOUNCED: MintAuthorities = { mintAuthority: null, freezeAuthority: null }

/** A mint as its account; without authorities nobody can make more of it, nobody can freeze it. */
export function mintAccount(
  decimals: number,
  supply: bigint,
  rent: bigint,
  { mintAuthority, freezeAuthority }: MintAuthorities = RENOUNCED,
): AccountState {
  const data = new Uint8Array(MINT_SIZE)
  viewOf(data).setBigUint64(36, supply, true)
  data[44] = decimals
  data[45] = 1
  for (const [at, authority] of [
    [0, mintAuthority],
    [46, freezeAuthority],
  ] as const) {
    if (authority === null) continue
    viewOf(data).setUint32(at, 1, true)
    data.set(bytesOf(authority), at + 4)
  }
  return { lamports: rent, data, owner: TOKEN_PROGRAM, executable: false }
}

function optionalAddress(view: DataView, data: Uint8Array, at: number): string | null {
  return view.getUint32(at, true) === 1 ? addressAt(data, at + 4) : null
}

function addressAt(data: Uint8Array, at: number): string {
  const key = Buffer.from(data.buffer, data.byteOffset + at, 32).toString('latin1')
  const known = names.get(key)
  if (known !== undefined) return known
  if (names.size >= NAMES_LIMIT) names.clear()
  const address = encodeBase58(data.subarray(at, at + 32))
  names.set(key, address)
  return address
}

function bytesOf(address: string): Uint8Array {
  const bytes = decodeAddress(address)
  if (bytes === null) throw new RangeError(`not an address: ${address}`)
  return bytes
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength)
}
