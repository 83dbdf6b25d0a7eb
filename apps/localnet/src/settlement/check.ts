import { type PoolState, poolTrades } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { type AssociatedAccounts } from '../tokens/associated'
import { type PoolBook } from '../venues/pool-book'
import { otherMint } from './evaluate'
import { MalformedSettlement, type Settlement } from './shape'

/** A route that names a pool which does not exist. */
export class UnknownPool extends Error {}

/** Checks a settlement against the venue's own accounts; throws {@link MalformedSettlement} or {@link UnknownPool}. */
export async function checkAgainstVenue(
  settlement: Settlement,
  pools: PoolBook,
  payoutAccounts: ReadonlyMap<string, string>,
  associated: AssociatedAccounts,
): Promise<void> {
  const { user, inputMint, outputMint } = settlement
  for (const leg of settlement.legs) {
    if (new Set(leg.pools).size !== leg.pools.length)
      throw new MalformedSettlement('a leg passes a pool twice')
    const mint = checkChain(leg.pools, inputMint, pools)
    if (mint !== outputMint) throw new MalformedSettlement('a leg does not end in the mint that is paid out')
    if (leg.vault !== vaultOf(pools.at(leg.pools[0] ?? -1), inputMint))
      throw new MalformedSettlement("a leg must go to its first pool's vault of the input mint")
  }
  if (payoutAccounts.get(outputMint) !== settlement.payout.account)
    throw new MalformedSettlement('the output must be paid from the payout account of its mint')
  for (const [mint, account] of [
    [inputMint, settlement.source],
    [outputMint, settlement.destination],
  ] as const) {
    if (mint !== WRAPPED_SOL_MINT && account !== (await associated.addressOf(user, mint)))
      throw new MalformedSettlement("the user's accounts must be associated token accounts")
  }
}

function checkChain(indexes: readonly number[], inputMint: string, pools: PoolBook): string {
  let mint = inputMint
  for (const index of indexes) {
    const pool = pools.at(index)
    if (pool === undefined) throw new UnknownPool(`no pool has the index ${index}`)
    const next = otherMint(pool, mint)
    if (!poolTrades(pool, mint, next)) throw new MalformedSettlement(`pool ${index} does not trade ${mint}`)
    mint = next
  }
  return mint
}

/** A pool's vault of a mint. */
export function vaultOf(pool: PoolState | undefined, mint: string): string | undefined {
  return mint === pool?.mintA ? pool.vaultA : mint === pool?.mintB ? pool.vaultB : undefined
}
