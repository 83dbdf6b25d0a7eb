import { getBase58Encoder } from '@solana/kit'
import { z } from 'zod'
import { type Chain } from '../../svm/chain'
import { verifySignature } from '../../svm/keys'
import { resolveKeys } from '../../svm/resolve-keys'
import { runPlain } from '../../svm/plain'
import { describeTransactionError, type TransactionError } from '../../svm/transaction-error'
import { type Simulation } from '../../svm/vm'
import { decodeTransaction, MalformedTransaction, type WireTransaction } from '../../svm/wire'
import { encodeAccount } from '../encode-account'
import { encodeInner } from '../encode-transaction'
import { invalidParams, PREFLIGHT_FAILURE, RpcError, SIGNATURE_VERIFICATION_FAILURE } from '../errors'
import { addressParam, commitmentParam, encodingParam, readConfig, readSlot, withContext } from '../params'
import { decimalsAt } from './accounts'
import { type Methods } from './method'

const encodedParam = z.string()
const base64Text = z.base64()
const wireEncoding = z.enum(['base58', 'base64']).default('base58')
const sendConfig = z.object({
  encoding: wireEncoding,
  skipPreflight: z.boolean().default(false),
  preflightCommitment: commitmentParam.default('finalized'),
  maxRetries: z.number().int().min(0).optional(),
  minContextSlot: z.number().int().min(0).optional(),
})
const simulateConfig = readConfig.extend({
  encoding: wireEncoding,
  sigVerify: z.boolean().default(false),
  replaceRecentBlockhash: z.boolean().default(false),
  innerInstructions: z.boolean().default(false),
  accounts: z
    .object({ addresses: z.array(addressParam).max(64), encoding: encodingParam.default('base64') })
    .optional(),
})

/** Sending and trying out transactions. What is sent goes to the chain, however far behind the node is. */
export const sendMethods: Methods = {
  sendTransaction(params, { world, onSubmitted }) {
    const encoded = params.get(0, encodedParam)
    const config = params.config(1, sendConfig)
    const wire = decode(encoded, config.encoding, world.chain)
    readSlot(world.chain, { ...config, commitment: config.preflightCommitment })
    if (world.chain.knows(wire.signature)) return wire.signature

    const signed = isSigned(wire, world.chain)
    if (!config.skipPreflight) {
      if (!signed)
        throw new RpcError(SIGNATURE_VERIFICATION_FAILURE, 'Transaction signature verification failure')
      const { chain } = world
      const valid = chain.lastValidSlot(wire.blockhash, config.preflightCommitment) !== null
      const result = valid ? simulate(wire, chain, true) : failed('BlockhashNotFound')
      if (result.err !== null) throw preflightFailure(result, result.err, wire)
    }
    // As on a real node, what was let in unchecked and cannot land is dropped without a word.
    const lastValidSlot = world.chain.lastValidSlot(wire.blockhash, 'processed')
    if (!signed || lastValidSlot === null) return wire.signature
    world.chain.submit(runPlain(wire, lastValidSlot))
    onSubmitted(wire.signature)
    return wire.signature
  },

  simulateTransaction(params, { world, node }) {
    const encoded = params.get(0, encodedParam)
    const config = params.config(1, simulateConfig)
    const slot = readSlot(node, config)
    const wire = decode(encoded, config.encoding, world.chain)
    if (config.sigVerify && config.replaceRecentBlockhash)
      throw invalidParams('sigVerify may not be used with replaceRecentBlockhash')
    if (config.sigVerify && !isSigned(wire, world.chain))
      throw new RpcError(SIGNATURE_VERIFICATION_FAILURE, 'Transaction signature verification failure')
    const valid =
      config.replaceRecentBlockhash || node.lastValidSlot(wire.blockhash, config.commitment) !== null
    const result = valid ? simulate(wire, world.chain, config.sigVerify) : failed('BlockhashNotFound')
    const { ledger } = world.chain.parts
    const wanted = config.accounts
    const accounts = wanted?.addresses.map((address) => {
      const account = result.err !== null ? null : (result.accounts.get(address) ?? ledger.read(address))
      return account === null ? null : encodeAccount(account, wanted, decimalsAt(ledger, slot))
    })
    return withContext(slot, {
      ...encodeSimulation(result, wire, config.innerInstructions),
      accounts: accounts ?? null,
      ...(config.replaceRecentBlockhash
        ? { replacementBlockhash: node.latestBlockhash(config.commitment) }
        : {}),
    })
  },
}

function simulate(wire: WireTransaction, chain: Chain, verify: boolean): Simulation {
  const { ledger, addresses, vm } = chain.parts
  if (resolveKeys(ledger, wire, addresses) === null) return failed('AddressLookupTableNotFound')
  return vm.simulate(wire.bytes, wire.version === 0, verify)
}

function failed(err: TransactionError): Simulation {
  return { err, logs: [], computeUnits: 0n, inner: [], accounts: new Map() }
}

function preflightFailure(result: Simulation, err: TransactionError, wire: WireTransaction): RpcError {
  return new RpcError(PREFLIGHT_FAILURE, `Transaction simulation failed: ${describeTransactionError(err)}`, {
    ...encodeSimulation(result, wire, false),
    accounts: null,
    replacementBlockhash: null,
  })
}

function encodeSimulation(result: Simulation, wire: WireTransaction, inner: boolean): object {
  return {
    err: result.err,
    innerInstructions: inner ? encodeInner(result.inner, wire.keys, 'json') : null,
    loadedAccountsDataSize: 0,
    logs: result.logs,
    returnData: null,
    unitsConsumed: result.computeUnits,
  }
}

/** True where every signature that the message asks for is there and right. */
function isSigned(wire: WireTransaction, chain: Chain): boolean {
  return wire.signatures.every((signature, index) =>
    verifySignature(chain.parts.addresses.bytesOf(wire.keys[index] ?? ''), wire.message, signature),
  )
}

// Base58 takes time that grows with the square of its length: more than a transaction needs is not even tried.
const MAX_BASE58_TEXT = 1_700

function decode(text: string, encoding: 'base58' | 'base64', chain: Chain): WireTransaction {
  if (encoding === 'base58' && text.length > MAX_BASE58_TEXT)
    throw invalidParams(`base58 encoded solana_transaction::versioned::VersionedTransaction too large`)
  let bytes: Uint8Array
  try {
    bytes =
      encoding === 'base64'
        ? Buffer.from(base64Text.parse(text), 'base64')
        : Uint8Array.from(getBase58Encoder().encode(text))
  } catch {
    throw invalidParams(`invalid ${encoding} encoding`)
  }
  try {
    return decodeTransaction(bytes, chain.parts.addresses)
  } catch (error) {
    if (error instanceof MalformedTransaction)
      throw invalidParams(
        `failed to deserialize solana_transaction::versioned::VersionedTransaction: ${error.message}`,
      )
    throw error
  }
}
