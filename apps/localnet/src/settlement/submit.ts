import { verifySignature } from '../svm/keys'
import { type Chain, ChainOverloaded } from '../svm/chain'
import { decodeTransaction, MalformedTransaction, type WireTransaction } from '../svm/wire'
import { type AssociatedAccounts } from '../tokens/associated'
import { checkAgainstVenue, UnknownPool } from './check'
import { closedPool, type Desk, settle } from './settle'
import { MalformedSettlement, readSettlement, type Settlement } from './shape'

export type SubmitErrorCode =
  | 'MALFORMED_TRANSACTION'
  | 'UNKNOWN_POOL'
  | 'POOL_NOT_OPEN'
  | 'SIGNATURE_INVALID'
  | 'BLOCKHASH_NOT_FOUND'
  | 'OVERLOADED'

/** Why a transaction was not taken in. */
export class SubmitError extends Error {
  constructor(
    readonly code: SubmitErrorCode,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Takes in a settlement that the user has signed and the router authority has not; answers with its id. One that is
 * known already (under way or landed) is answered the same and not taken in again. Throws {@link SubmitError}.
 */
export async function submitSettlement(
  chain: Chain,
  desk: Desk,
  associated: AssociatedAccounts,
  bytes: Uint8Array,
): Promise<string> {
  const wire = decode(chain, bytes)
  if (chain.knows(wire.signature)) return wire.signature
  const settlement = await read(wire, desk, associated)
  const key = chain.parts.addresses.bytesOf(settlement.user)
  if (!verifySignature(key, wire.message, wire.signatures[0] ?? new Uint8Array(64)))
    throw new SubmitError('SIGNATURE_INVALID', "the user's signature is missing or wrong")
  const lastValidSlot = chain.lastValidSlot(wire.blockhash, 'processed')
  if (lastValidSlot === null)
    throw new SubmitError('BLOCKHASH_NOT_FOUND', 'the blockhash is unknown or older than 150 blocks')
  const closed = closedPool(desk, settlement, chain.slot('processed') + 1, chain.nextBlockTime)
  if (closed !== undefined)
    throw new SubmitError('POOL_NOT_OPEN', `pool ${closed.address} does not trade in the next slot yet`)
  try {
    chain.submit({ wire, lastValidSlot, land: (slot) => settle(desk, settlement, slot) })
  } catch (error) {
    if (error instanceof ChainOverloaded) throw new SubmitError('OVERLOADED', error.message)
    throw error
  }
  return wire.signature
}

function decode(chain: Chain, bytes: Uint8Array): WireTransaction {
  try {
    return decodeTransaction(bytes, chain.parts.addresses)
  } catch (error) {
    if (error instanceof MalformedTransaction) throw new SubmitError('MALFORMED_TRANSACTION', error.message)
    throw error
  }
}

async function read(wire: WireTransaction, desk: Desk, associated: AssociatedAccounts): Promise<Settlement> {
  try {
    const settlement = readSettlement(wire, desk.router.address)
    await checkAgainstVenue(settlement, desk.pools, desk.payoutAccounts, associated)
    return settlement
  } catch (error) {
    if (error instanceof MalformedSettlement) throw new SubmitError('MALFORMED_TRANSACTION', error.message)
    if (error instanceof UnknownPool) throw new SubmitError('UNKNOWN_POOL', error.message)
    throw error
  }
}
