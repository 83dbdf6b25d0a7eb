import { type Sniper } from '@fillstream/types'
import { BPS } from '../money/bps'
import { divide } from '../money/rounding'

/** What the chain and a dry run say about a launched token. Amounts in base units. */
export interface LaunchFacts {
  readonly mintAuthority: string | null
  readonly freezeAuthority: string | null
  readonly supply: bigint
  /** In all token accounts of the creator together. */
  readonly creatorHolds: bigint
  /** Of the input token, in the pool. */
  readonly liquidity: bigint
  /** Of the order's own purchase; null: the pool cannot fill it. */
  readonly priceImpactBps: number | null
  /** What buying and selling back at once loses; `error` where one of the two was refused. */
  readonly roundTrip: { readonly lossBps: number | null; readonly error: string | null }
}

/** A check that did not pass: what was found, and what is allowed. */
export interface FailedCheck {
  readonly check:
    'mintAuthority' | 'freezeAuthority' | 'creatorShare' | 'liquidity' | 'sale' | 'roundTripLoss'
  readonly message: string
  readonly found: string
  readonly allowed: string
}

/** What a sniper order allows. */
export interface LaunchTerms {
  readonly safety: Sniper['safety']
  readonly minLiquidity: bigint | null
  readonly maxPriceImpactBps: number
}

/** The checks that a launch does not pass, all of them; empty where it may be bought. */
export function failedChecks(facts: LaunchFacts, terms: LaunchTerms): FailedCheck[] {
  return [
    ...authorityChecks(facts, terms),
    ...liquidityChecks(facts, terms),
    ...roundTripChecks(facts, terms),
  ]
}

function authorityChecks(facts: LaunchFacts, { safety }: LaunchTerms): FailedCheck[] {
  const failed: FailedCheck[] = []
  if (safety.requireMintRenounced && facts.mintAuthority !== null)
    failed.push({
      check: 'mintAuthority',
      message: `${facts.mintAuthority} can make more of the token`,
      found: facts.mintAuthority,
      allowed: 'none',
    })
  if (safety.requireFreezeRenounced && facts.freezeAuthority !== null)
    failed.push({
      check: 'freezeAuthority',
      message: `${facts.freezeAuthority} can freeze accounts of the token`,
      found: facts.freezeAuthority,
      allowed: 'none',
    })
  const shareBps = facts.supply === 0n ? 0 : Number(divide(facts.creatorHolds * BPS, facts.supply, 'up'))
  if (shareBps > safety.maxCreatorShareBps)
    failed.push({
      check: 'creatorShare',
      message: `the creator holds ${shareBps} bps of the supply, at most ${safety.maxCreatorShareBps} are allowed`,
      found: String(shareBps),
      allowed: String(safety.maxCreatorShareBps),
    })
  return failed
}

/** Without a bound of its own an order asks for as much liquidity as its allowed price impact needs. */
function liquidityChecks(
  { liquidity, priceImpactBps }: LaunchFacts,
  { minLiquidity, maxPriceImpactBps }: LaunchTerms,
): FailedCheck[] {
  if (minLiquidity !== null && liquidity < minLiquidity)
    return [
      {
        check: 'liquidity',
        message: `the pool holds ${liquidity} base units of the input, at least ${minLiquidity} are asked for`,
        found: liquidity.toString(),
        allowed: minLiquidity.toString(),
      },
    ]
  if (priceImpactBps !== null && priceImpactBps <= maxPriceImpactBps) return []
  const impact = priceImpactBps === null ? 'more than the pool has' : `${priceImpactBps} bps`
  return [
    {
      check: 'liquidity',
      message: `the pool holds ${liquidity} base units of the input: the price impact would be ${impact}, at most ${maxPriceImpactBps} bps are allowed`,
      found: impact,
      allowed: String(maxPriceImpactBps),
    },
  ]
}

function roundTripChecks({ roundTrip }: LaunchFacts, { safety }: LaunchTerms): FailedCheck[] {
  const { lossBps, error } = roundTrip
  const allowed = String(safety.maxRoundTripLossBps)
  if (error !== null || lossBps === null)
    return [
      { check: 'sale', message: `buying and selling back failed: ${error}`, found: String(error), allowed },
    ]
  if (lossBps <= safety.maxRoundTripLossBps) return []
  return [
    {
      check: 'roundTripLoss',
      message: `buying and selling back would lose ${lossBps} bps, at most ${allowed} are allowed`,
      found: String(lossBps),
      allowed,
    },
  ]
}
