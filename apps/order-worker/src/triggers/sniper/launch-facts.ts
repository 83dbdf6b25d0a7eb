import {
  decodePool,
  ExecutionError,
  venueByProgram,
  type LaunchFacts,
  type PoolState,
} from '@fillstream/core'
import { type RouteReceipt } from '@fillstream/types'
import { address } from '@solana/kit'
import { type SniperOrder, type SniperParts } from './sniper-parts'

/** A launched pool as its account has it now. Throws an ExecutionError NO_ROUTE where there is none. */
export async function readLaunchedPool(
  { accounts }: SniperParts,
  pool: string,
): Promise<PoolState & { readonly launch: NonNullable<PoolState['launch']> }> {
  const account = await accounts.account(pool)
  const venue = account === null ? undefined : venueByProgram(account.owner)
  const state =
    account === null || venue === undefined
      ? null
      : decodePool(account.data, { address: pool, venue: venue.name })
  if (state === null || state.launch === null)
    throw new ExecutionError('NO_ROUTE', `${pool} is no pool of a launch`)
  return { ...state, launch: state.launch }
}

/** What the chain and a dry run say about a launch, for an order of this size. */
export async function readLaunchFacts(
  { engine, accounts, dryRun }: SniperParts,
  order: SniperOrder,
  pool: Awaited<ReturnType<typeof readLaunchedPool>>,
  quote: RouteReceipt | null,
): Promise<LaunchFacts> {
  const [mint, holdings, roundTrip] = await Promise.all([
    accounts.mint(pool.mintA),
    engine.chain.tokenBalances(address(pool.launch.creator)),
    dryRun.roundTrip(pool.address, order.amount),
  ])
  if (mint === null) throw new ExecutionError('NO_ROUTE', `${pool.mintA} is no mint`)
  return {
    mintAuthority: mint.mintAuthority,
    freezeAuthority: mint.freezeAuthority,
    supply: mint.supply,
    creatorHolds: holdings.get(pool.mintA) ?? 0n,
    liquidity: pool.reserveB,
    priceImpactBps: quote?.priceImpactBps ?? null,
    roundTrip: { lossBps: roundTrip.lossBps, error: roundTrip.error },
  }
}
