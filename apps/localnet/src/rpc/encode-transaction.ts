import { encodeBase58, type AddressBook } from '@fillstream/core'
import { type LandedTransaction } from '../svm/landed'
import { type TokenBalance } from '../svm/ledger'
import { type TransactionError } from '../svm/transaction-error'
import { type InnerInstruction } from '../svm/vm'
import { decodeTransaction, isWritableKey, type WireTransaction } from '../svm/wire'
import { TOKEN_PROGRAM } from '../tokens/programs'
import { type DecimalsOf, tokenAmount } from './encode-account'
import { RpcError, UNSUPPORTED_TRANSACTION_VERSION } from './errors'

export type TransactionEncoding = 'json' | 'jsonParsed' | 'base58' | 'base64'

export interface TransactionOptions {
  readonly encoding: TransactionEncoding
  readonly maxSupportedTransactionVersion?: 0 | undefined
}

/** `getTransaction`'s answer. jsonParsed gives accounts in full and instructions undecoded (`PartiallyDecoded`). */
export function encodeTransaction(
  transaction: LandedTransaction,
  options: TransactionOptions,
  addresses: AddressBook,
  decimalsOf: DecimalsOf,
): object {
  const wire = decodeTransaction(transaction.bytes, addresses)
  const versioned = options.maxSupportedTransactionVersion !== undefined
  if (!versioned && wire.version !== 'legacy')
    throw new RpcError(
      UNSUPPORTED_TRANSACTION_VERSION,
      `Transaction version (${wire.version}) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": ${wire.version}`,
    )
  return {
    blockTime: transaction.blockTime,
    meta: encodeMeta(transaction, options.encoding, decimalsOf),
    slot: transaction.slot,
    transaction: encodeBody(transaction, wire, options.encoding),
    ...(versioned ? { version: wire.version } : {}),
  }
}

/** `{Ok: null}` or `{Err: ...}`: how Solana repeats the error in places of old. */
export function statusOf(err: TransactionError | null): object {
  return err === null ? { Ok: null } : { Err: err }
}

function encodeMeta(
  transaction: LandedTransaction,
  encoding: TransactionEncoding,
  decimalsOf: DecimalsOf,
): object {
  const { err, fee, keys, loaded } = transaction
  const statics = keys.length - loaded.writable - loaded.readonly
  return {
    computeUnitsConsumed: transaction.computeUnits,
    err,
    fee,
    innerInstructions: encodeInner(transaction.inner, keys, encoding),
    ...(encoding === 'jsonParsed'
      ? {}
      : {
          loadedAddresses: {
            readonly: keys.slice(statics + loaded.writable),
            writable: keys.slice(statics, statics + loaded.writable),
          },
        }),
    logMessages: transaction.logs,
    postBalances: transaction.postBalances,
    postTokenBalances: transaction.postTokenBalances.map((balance) =>
      encodeTokenBalance(balance, decimalsOf),
    ),
    preBalances: transaction.preBalances,
    preTokenBalances: transaction.preTokenBalances.map((balance) => encodeTokenBalance(balance, decimalsOf)),
    rewards: [],
    status: statusOf(err),
  }
}

function encodeTokenBalance(
  { accountIndex, mint, owner, amount }: TokenBalance,
  decimalsOf: DecimalsOf,
): object {
  return {
    accountIndex,
    mint,
    owner,
    programId: TOKEN_PROGRAM,
    uiTokenAmount: tokenAmount(amount, decimalsOf(mint)),
  }
}

/** The calls that instructions made, by the index of the instruction; those without calls are left out. */
export function encodeInner(
  inner: readonly (readonly InnerInstruction[])[],
  keys: readonly string[],
  encoding: TransactionEncoding,
): object[] {
  return inner.flatMap((calls, index) =>
    calls.length === 0
      ? []
      : [
          {
            index,
            instructions: calls.map((call) => encodeInstruction(call, call.stackHeight, keys, encoding)),
          },
        ],
  )
}

function encodeBody(
  transaction: LandedTransaction,
  wire: WireTransaction,
  encoding: TransactionEncoding,
): unknown {
  if (encoding === 'base64') return [Buffer.from(wire.bytes).toString('base64'), 'base64']
  if (encoding === 'base58') return [encodeBase58(wire.bytes), 'base58']
  const { keys, loaded } = transaction
  const instructions = wire.instructions.map((instruction) =>
    encodeInstruction(
      { ...instruction, programIdIndex: instruction.programIndex },
      encoding === 'jsonParsed' ? 1 : null,
      keys,
      encoding,
    ),
  )
  const tables =
    wire.version === 'legacy'
      ? {}
      : {
          addressTableLookups: wire.lookups.map(({ table, writable, readonly }) => ({
            accountKey: table,
            readonlyIndexes: readonly,
            writableIndexes: writable,
          })),
        }
  const signatures = wire.signatures.map((signature) => encodeBase58(signature))
  if (encoding === 'json') {
    return {
      message: {
        accountKeys: wire.keys,
        ...tables,
        header: {
          numReadonlySignedAccounts: wire.header.readonlySigners,
          numReadonlyUnsignedAccounts: wire.header.readonlyOthers,
          numRequiredSignatures: wire.header.signers,
        },
        instructions,
        recentBlockhash: wire.blockhash,
      },
      signatures,
    }
  }
  const accountKeys = keys.map((pubkey, index) => ({
    pubkey,
    signer: index < wire.header.signers,
    source: index < wire.keys.length ? 'transaction' : 'lookupTable',
    writable:
      index < wire.keys.length ? isWritableKey(wire, index) : index < wire.keys.length + loaded.writable,
  }))
  return {
    message: { accountKeys, ...tables, instructions, recentBlockhash: wire.blockhash },
    signatures,
  }
}

function encodeInstruction(
  instruction: { programIdIndex: number; accounts: readonly number[]; data: Uint8Array },
  stackHeight: number | null,
  keys: readonly string[],
  encoding: TransactionEncoding,
): object {
  const { programIdIndex, accounts } = instruction
  const data = encodeBase58(instruction.data)
  return encoding === 'jsonParsed'
    ? { accounts: accounts.map((index) => keys[index]), data, programId: keys[programIdIndex], stackHeight }
    : { accounts, data, programIdIndex, stackHeight }
}
