import { sniperSchema } from '@fillstream/types'
import { failedChecks, type LaunchFacts, type LaunchTerms } from './safety'

const good: LaunchFacts = {
  mintAuthority: null,
  freezeAuthority: null,
  supply: 1_000_000n,
  creatorHolds: 200_000n,
  liquidity: 5_000n,
  priceImpactBps: 1_000,
  roundTrip: { lossBps: 3_000, error: null },
}
const terms: LaunchTerms = {
  safety: sniperSchema.parse({}).safety,
  minLiquidity: null,
  maxPriceImpactBps: 1_000,
}
const checksOf = (facts: Partial<LaunchFacts>, change: Partial<LaunchTerms> = {}) =>
  failedChecks({ ...good, ...facts }, { ...terms, ...change }).map(({ check }) => check)

it('lets pass what stands at every bound', () => {
  expect(checksOf({})).toEqual([])
  expect(checksOf({}, { minLiquidity: 5_000n })).toEqual([])
})

it.each<[string, Partial<LaunchFacts>, Partial<LaunchTerms>]>([
  ['mintAuthority', { mintAuthority: 'creator' }, {}],
  ['freezeAuthority', { freezeAuthority: 'creator' }, {}],
  ['creatorShare', { creatorHolds: 200_001n }, {}],
  ['liquidity', { priceImpactBps: 1_001 }, {}],
  ['liquidity', { priceImpactBps: null }, {}],
  ['liquidity', {}, { minLiquidity: 5_001n }],
  ['sale', { roundTrip: { lossBps: null, error: 'frozen' } }, {}],
  ['roundTripLoss', { roundTrip: { lossBps: 3_001, error: null } }, {}],
])('refuses for %s alone', (check, facts, change) => {
  expect(checksOf(facts, change)).toEqual([check])
})

it('names all that is wrong, with the figures', () => {
  const bad = { ...good, freezeAuthority: 'creator', creatorHolds: 1_000_000n }
  const failed = failedChecks(bad, terms)
  expect(failed.map(({ check }) => check)).toEqual(['freezeAuthority', 'creatorShare'])
  expect(failed[1]).toMatchObject({ found: '10000', allowed: '2000' })
})

it('asks for no more than the order does', () => {
  const safety = { ...terms.safety, requireMintRenounced: false, requireFreezeRenounced: false }
  expect(checksOf({ mintAuthority: 'a', freezeAuthority: 'b' }, { safety })).toEqual([])
  expect(checksOf({ supply: 0n, creatorHolds: 0n })).toEqual([])
})
