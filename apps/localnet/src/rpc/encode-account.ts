import { encodeBase58 } from '@fillstream/core'
import { type AccountState } from '../svm/account'
import { TOKEN_PROGRAM } from '../tokens/programs'
import { type Mint, readMint, readTokenAccount, type TokenAccount } from '../tokens/token-account'
import { invalidParams } from './errors'

const MAX_BASE58_BYTES = 128
const RENT_EPOCH = (1n << 64n) - 1n

export type AccountEncoding = 'base58' | 'base64' | 'jsonParsed'

export interface EncodeOptions {
  readonly encoding?: AccountEncoding | undefined
  readonly dataSlice?: { readonly offset: number; readonly length: number } | undefined
}

/** Decimals of a mint, as of the slot that is read. */
export type DecimalsOf = (mint: string) => number

/** An account as Solana's RPC writes it. */
export function encodeAccount(
  account: AccountState,
  { encoding, dataSlice }: EncodeOptions,
  decimalsOf: DecimalsOf,
): object {
  const { lamports, owner, executable, data } = account
  const slice =
    dataSlice === undefined ? data : data.subarray(dataSlice.offset, dataSlice.offset + dataSlice.length)
  return {
    data: (encoding === 'jsonParsed' ? parsedData(account, decimalsOf) : null) ?? encodeData(slice, encoding),
    executable,
    lamports,
    owner,
    rentEpoch: RENT_EPOCH,
    space: data.length,
  }
}

/** A token amount with what people read. */
export function tokenAmount(amount: bigint, decimals: number): object {
  const digits = amount.toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  const uiAmountString = fraction === '' ? whole : `${whole}.${fraction}`
  return { amount: amount.toString(), decimals, uiAmount: Number(uiAmountString), uiAmountString }
}

function encodeData(data: Uint8Array, encoding: AccountEncoding | undefined): unknown {
  if (encoding === 'base64' || encoding === 'jsonParsed')
    return [Buffer.from(data).toString('base64'), 'base64']
  if (data.length > MAX_BASE58_BYTES)
    throw invalidParams(
      'Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.',
    )
  return encoding === undefined ? encodeBase58(data) : [encodeBase58(data), 'base58']
}

function parsedData(account: AccountState, decimalsOf: DecimalsOf): object | null {
  if (account.owner !== TOKEN_PROGRAM) return null
  const token = readTokenAccount(account)
  const mint = readMint(account)
  const parsed =
    token !== null
      ? { info: tokenInfo(token, decimalsOf(token.mint)), type: 'account' }
      : mint !== null
        ? { info: mintInfo(mint), type: 'mint' }
        : null
  return parsed === null ? null : { parsed, program: 'spl-token', space: account.data.length }
}

function tokenInfo(token: TokenAccount, decimals: number): object {
  return {
    ...(token.closeAuthority === null ? {} : { closeAuthority: token.closeAuthority }),
    ...(token.delegate === null
      ? {}
      : { delegate: token.delegate, delegatedAmount: tokenAmount(token.delegatedAmount, decimals) }),
    isNative: token.nativeReserve !== null,
    mint: token.mint,
    owner: token.owner,
    ...(token.nativeReserve === null
      ? {}
      : { rentExemptReserve: tokenAmount(token.nativeReserve, decimals) }),
    state: token.frozen ? 'frozen' : 'initialized',
    tokenAmount: tokenAmount(token.amount, decimals),
  }
}

function mintInfo(mint: Mint): object {
  return {
    decimals: mint.decimals,
    freezeAuthority: mint.freezeAuthority,
    isInitialized: true,
    mintAuthority: mint.mintAuthority,
    supply: mint.supply.toString(),
  }
}
