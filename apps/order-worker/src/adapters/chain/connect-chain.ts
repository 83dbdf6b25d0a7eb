import { type Config } from '../../config'
import { type Chain, type ChainAccounts, type SettlementPorts } from './chain'
import { createCoSigningVenue } from './co-signing-venue'
import { createRpcChain } from './rpc-chain'

/** The chain and the venue that settles on it, as order-worker sees them. */
export interface ChainConnection {
  readonly chain: Chain & ChainAccounts
  readonly settlement: SettlementPorts
}

/** The chain at CHAIN_RPC_URL and the venue at VENUE_API_URL. */
export function connectChain(config: Pick<Config, 'CHAIN_RPC_URL' | 'VENUE_API_URL'>): ChainConnection {
  const chain = createRpcChain(config.CHAIN_RPC_URL)
  return { chain, settlement: createCoSigningVenue(config.VENUE_API_URL, chain) }
}
