import { z } from 'zod'
import { commitmentOf, FINALIZED_AFTER } from '../../svm/commitment'
import { encodeTransaction, statusOf } from '../encode-transaction'
import { invalidParams } from '../errors'
import {
  addressParam,
  commitmentParam,
  Params,
  readConfig,
  readSlot,
  signatureParam,
  withContext,
} from '../params'
import { type Methods } from './method'
import { decimalsAt } from './accounts'

const MAX_STATUSES = 256
const MAX_SIGNATURES = 1_000
/** Slots for which a node knows statuses without searching its history. */
const RECENT_STATUS_SLOTS = 300

const signaturesParam = z.array(signatureParam)
const statusConfig = z.object({ searchTransactionHistory: z.boolean().default(false) })
const signaturesConfig = readConfig.extend({
  limit: z.number().int().min(1).max(MAX_SIGNATURES).default(MAX_SIGNATURES),
  before: signatureParam.optional(),
  until: signatureParam.optional(),
})

/** Transactions that have landed. */
export const transactionMethods: Methods = {
  getSignatureStatuses(params, { node }) {
    const signatures = params.get(0, signaturesParam)
    if (signatures.length > MAX_STATUSES) throw invalidParams(`Too many inputs provided; max ${MAX_STATUSES}`)
    const config = params.config(1, statusConfig)
    const current = node.slot('processed')
    const value = signatures.map((signature) => {
      const status = node.parts.history.status(signature)
      if (status === null || status.slot > current) return null
      const depth = current - status.slot
      if (depth > RECENT_STATUS_SLOTS && !config.searchTransactionHistory) return null
      return {
        confirmationStatus: commitmentOf(status.slot, current),
        confirmations: depth >= FINALIZED_AFTER ? null : depth,
        err: status.err,
        slot: status.slot,
        status: statusOf(status.err),
      }
    })
    return withContext(current, value)
  },

  getTransaction(params, { node }) {
    const signature = params.get(0, signatureParam)
    const config = configOr(params, 1, transactionConfig)
    const slot = votedSlot(node.slot(config.commitment), config.commitment)
    const transaction = node.parts.history.transaction(signature)
    if (transaction === null || transaction.slot > slot) return null
    const { addresses, ledger } = node.parts
    const current = node.slot('processed')
    return encodeTransaction(transaction, config, addresses, decimalsAt(ledger, current))
  },

  getSignaturesForAddress(params, { node }) {
    const address = params.get(0, addressParam)
    const config = params.config(1, signaturesConfig)
    const slot = votedSlot(readSlot(node, config), config.commitment)
    const current = node.slot('processed')
    return node.parts.history.forAddress(address, slot, config).map((landed) => ({
      blockTime: landed.blockTime,
      confirmationStatus: commitmentOf(landed.slot, current),
      err: landed.err,
      memo: landed.memo,
      signature: landed.signature,
      slot: landed.slot,
    }))
  },
}

const transactionEncoding = z.enum(['json', 'jsonParsed', 'base58', 'base64'])
const transactionConfig = z.object({
  encoding: transactionEncoding.default('json'),
  commitment: commitmentParam.default('finalized'),
  maxSupportedTransactionVersion: z.literal(0).optional(),
})

const anything = z.unknown()

// Older clients give the encoding alone.
function configOr<Schema extends typeof transactionConfig>(params: Params, place: number, schema: Schema) {
  const value = params.get(place, anything)
  return typeof value === 'string'
    ? new Params([{ encoding: value }]).config(0, schema)
    : params.config(place, schema)
}

function votedSlot(slot: number, commitment: z.infer<typeof commitmentParam>): number {
  if (commitment === 'processed') throw invalidParams('Method does not support commitment below `confirmed`')
  return slot
}
