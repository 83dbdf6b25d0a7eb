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

/** Orders of the same moment are signed over one blockhash and pay one fee: half a slot's age changes neither. */
const SHARED_MS = 200

/** The chain at CHAIN_RPC_URL and the venue at VENUE_API_URL. */
export function connectChain(
  config: Pick<Config, 'CHAIN_RPC_URL' | 'VENUE_API_URL'>,
  clock: Pick<Clock, 'monotonic'>,
): ChainConnection {
  const node = createRpcChain(config.CHAIN_RPC_URL)
  const chain = {
    ...node,
    latestBlockhash: sharedRead(clock, SHARED_MS, node.latestBlockhash),
    recentPriorityFee: sharedRead(clock, SHARED_MS, node.recentPriorityFee),
  }
  return { chain, settlement: createCoSigningVenue(config.VENUE_API_URL, chain) }
}
