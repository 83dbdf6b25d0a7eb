import { encodePool as accountData, type PoolState, VENUES } from '@fillstream/core'
import { auditBooks } from '../tokens/audit'
import { type World } from '../world'
import { notFound } from './errors'
import { parse } from './parse'
import { slotsQuery } from './schemas'

/** `GET /venue`: what a client needs in order to build settlements. */
export function venueOf({ genesis, desk }: World): object {
  return {
    genesisHash: genesis.genesisHash,
    routerAuthority: desk.router.address,
    payoutAccounts: Object.fromEntries(desk.payoutAccounts),
    venues: VENUES.map(({ name, programId, feeRate }) => ({ name, programId, feeRate: feeRate.toString() })),
  }
}

/** `GET /pools`. */
export function poolsOf({ desk }: World): object {
  return { items: desk.pools.all().map(encodePool) }
}

/** `GET /pools/:address`; throws NOT_FOUND. */
export function poolOf({ desk }: World, address: string): object {
  const pool = desk.pools.find(address)
  if (pool === undefined) throw notFound('no such pool')
  return encodePool(pool)
}

/** `GET /slots`: which pools changed in which confirmed slot, as account data. */
export function slotsOf({ chain, slotLog }: World, query: unknown): object {
  const { from, limit } = parse(slotsQuery, query)
  const logged = slotLog.read(from, chain.slot('confirmed'), limit)
  return {
    from: logged.from,
    to: logged.to,
    pools: logged.pools.map(poolAccount),
    items: logged.items.map(({ slot, pools }) => ({ slot, pools: pools.map(poolAccount) })),
  }
}

/** `GET /audit`: for each mint what was granted and what is held; they are equal, or tokens were made or lost. */
export function auditOf({ desk, chain }: World): object {
  const { slot, items } = { slot: chain.slot('processed'), items: auditBooks(desk.ledger, chain.parts.facts) }
  return {
    slot,
    items: items.map(({ mint, granted, held, burnt }) => ({
      mint,
      granted: granted.toString(),
      held: held.toString(),
      feesBurnt: burnt.toString(),
      difference: (held + burnt - granted).toString(),
    })),
  }
}

/** A pool with its amounts as strings, its launch too. */
function encodePool({ launch, ...pool }: PoolState): object {
  return { ...withStrings(pool), launch: launch === null ? null : withStrings(launch) }
}

function withStrings(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? value.toString() : (value as unknown),
    ]),
  )
}

function poolAccount(pool: PoolState): object {
  return {
    address: pool.address,
    venue: pool.venue,
    data: Buffer.from(accountData(pool)).toString('base64'),
  }
}
