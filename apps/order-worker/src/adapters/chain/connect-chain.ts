import { type Clock } from '@fillstream/runtime'
import { type Config } from '../../config'
import { type Chain, type ChainAccounts, type SettlementPorts } from './chain'
import { createCoSigningVenue } from './co-signing-venue'
import { createRpcChain } from './rpc-chain'
import { sharedRead } from './shared-read'

/** The chain and the venue that settles on it, as order-worker sees them. */
export interface ChainConnection {
  readonly chain: Chain & ChainAccounts
  readonly settlement: SettlementPorts
}

/** Orders of the same moment are signed over one blockhash: half a slot's age makes no difference. */
const BLOCKHASH_MS = 200
/** The median fee of the last minute, for which a node lists all its slots, hardly moves within two seconds. */
const FEE_MS = 2_000
/** An older height proves less, never more, and blocks are finalized one at a time. */
const FINALIZED_MS = 400

/** The chain at CHAIN_RPC_URL and the venue at VENUE_API_URL. */
export function connectChain(
  config: Pick<Config, 'CHAIN_RPC_URL' | 'VENUE_API_URL'>,
  clock: Pick<Clock, 'monotonic'>,
): ChainConnection {
  const node = createRpcChain(config.CHAIN_RPC_URL, clock)
  const chain = {
    ...node,
    latestBlockhash: sharedRead(clock, BLOCKHASH_MS, node.latestBlockhash),
    recentPriorityFee: sharedRead(clock, FEE_MS, node.recentPriorityFee),
    finalizedHeight: sharedRead(clock, FINALIZED_MS, node.finalizedHeight),
  }
  return { chain, settlement: createCoSigningVenue(config.VENUE_API_URL, chain) }
}
