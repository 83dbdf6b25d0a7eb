import { z } from 'zod'
import { feeOf } from '../../svm/fees'
import { decodeMessage, MalformedTransaction } from '../../svm/wire'
import { invalidParams } from '../errors'
import { API_VERSION, readConfig, readSlot, withContext } from '../params'
import { type Methods } from './method'

const SLOTS_IN_EPOCH = 432_000
const RECENT_FEE_SLOTS = 150
const MAX_ACCOUNT_BYTES = 10_485_760
const blockhashParam = z.string()
const messageParam = z.base64()
const feeAccountsParam = z.array(z.string()).max(128).optional()
const bytesParam = z.number().int().min(0).max(MAX_ACCOUNT_BYTES)

/** Slots, blockhashes, fees: what the chain says of itself. */
export const chainMethods: Methods = {
  getHealth: () => 'ok',
  getVersion: () => ({ 'feature-set': 3_294_202_862, 'solana-core': API_VERSION }),
  getGenesisHash: (_params, { world }) => world.genesis.genesisHash,
  getSlot: (params, { node }) => readSlot(node, params.config(0, readConfig)),
  // Every slot has a block here, so the height is the slot.
  getBlockHeight: (params, { node }) => readSlot(node, params.config(0, readConfig)),
  getTransactionCount: (params, { node }) => {
    readSlot(node, params.config(0, readConfig))
    return node.parts.history.count
  },

  getEpochInfo(params, { node }) {
    const slot = readSlot(node, params.config(0, readConfig))
    return {
      absoluteSlot: slot,
      blockHeight: slot,
      epoch: Math.floor(slot / SLOTS_IN_EPOCH),
      slotIndex: slot % SLOTS_IN_EPOCH,
      slotsInEpoch: SLOTS_IN_EPOCH,
      transactionCount: node.parts.history.count,
    }
  },

  getLatestBlockhash(params, { node }) {
    const config = params.config(0, readConfig)
    const slot = readSlot(node, config)
    return withContext(slot, node.latestBlockhash(config.commitment))
  },

  isBlockhashValid(params, { node }) {
    const blockhash = params.get(0, blockhashParam)
    const config = params.config(1, readConfig)
    const slot = readSlot(node, config)
    return withContext(slot, node.lastValidSlot(blockhash, config.commitment) !== null)
  },

  getFeeForMessage(params, { node }) {
    const encoded = params.get(0, messageParam)
    const config = params.config(1, readConfig)
    const slot = readSlot(node, config)
    try {
      const wire = decodeMessage(Buffer.from(encoded, 'base64'), node.parts.addresses)
      const valid = node.lastValidSlot(wire.blockhash, config.commitment) !== null
      return withContext(slot, valid ? feeOf(wire) : null)
    } catch (error) {
      if (error instanceof MalformedTransaction)
        throw invalidParams(`failed to deserialize: ${error.message}`)
      throw error
    }
  },

  getRecentPrioritizationFees(params, { node }) {
    params.get(0, feeAccountsParam)
    const newest = node.slot('processed')
    // Blocks here are never full, so nothing has to be paid to be in one.
    return Array.from({ length: RECENT_FEE_SLOTS }, (_, index) => ({
      prioritizationFee: 0,
      slot: Math.max(0, newest - RECENT_FEE_SLOTS + 1 + index),
    }))
  },

  getMinimumBalanceForRentExemption(params, { node }) {
    const bytes = params.get(0, bytesParam)
    return node.parts.vm.rentExemption(bytes)
  },
}
