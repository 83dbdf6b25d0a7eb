/** What a launch may be. All but `good` are bad in exactly one way. */
export const LAUNCH_KINDS = [
  'good',
  'mintAuthority',
  'freezeAuthority',
  'creatorHoldsMost',
  'lowLiquidity',
  'unsellable',
] as const
export type LaunchKind = (typeof LAUNCH_KINDS)[number]

/** How a new token is made and spread. */
export interface LaunchTerms {
  /** Kept by the creator, where it is not renounced. */
  readonly keptAuthority: 'mint' | 'freeze' | null
  /** Of the supply; the rest lies in the pool. */
  readonly creatorShareBps: bigint
  /** Whole US dollars of the quote token in the pool. */
  readonly liquidityUsd: number
  /** False: the token can be bought, and every sale is refused. */
  readonly sellable: boolean
}

const GOOD: LaunchTerms = {
  keptAuthority: null,
  creatorShareBps: 500n,
  liquidityUsd: 30_000,
  sellable: true,
}

/** The terms of a launch of this kind. */
export const LAUNCH_TERMS: Readonly<Record<LaunchKind, LaunchTerms>> = {
  good: GOOD,
  mintAuthority: { ...GOOD, keptAuthority: 'mint' },
  freezeAuthority: { ...GOOD, keptAuthority: 'freeze' },
  creatorHoldsMost: { ...GOOD, creatorShareBps: 6_500n },
  lowLiquidity: { ...GOOD, liquidityUsd: 30 },
  unsellable: { ...GOOD, sellable: false },
}
