/** A DEX program whose pools can be traded. `feeRate` is that of its ordinary pools, of {@link FEE_DENOMINATOR}. */
export interface Venue {
  readonly name: VenueName
  readonly programId: string
  readonly feeRate: bigint
}

export type VenueName = 'raydium-sim' | 'meteora-sim' | 'orca-sim'

/** Denominator of every fee rate: 2,500 is 0.25 %. */
export const FEE_DENOMINATOR = 1_000_000n

/** The venues of localnet. Their pool accounts are owned by `programId`. */
export const VENUES: readonly Venue[] = [
  { name: 'raydium-sim', programId: '2TxrkEir5PA3y1UdCVv533Y2kR42jW4KtnFUDFHHgiB6', feeRate: 2_500n },
  { name: 'meteora-sim', programId: 'Ch4QTkuBLNdVzPoNWD3xyj5SNxuLBEsEnwdUGX9LKqdh', feeRate: 2_000n },
  { name: 'orca-sim', programId: 'DzqhAFLHg6cTPTUZem7yBhLTdR2abB9UVuU4KuQvHh8P', feeRate: 3_000n },
]

/** The venue that owns accounts of this program, if any. */
export function venueByProgram(programId: string): Venue | undefined {
  return VENUES.find((venue) => venue.programId === programId)
}

/** The venue of this name; throws for a name that is none. */
export function venueByName(name: string): Venue {
  const venue = VENUES.find((candidate) => candidate.name === name)
  if (venue === undefined) throw new RangeError(`unknown venue ${name}`)
  return venue
}
