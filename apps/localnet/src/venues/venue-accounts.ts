import { type AssociatedAccounts } from '../tokens/associated'

/** Token accounts by mint, each the associated one of its wallet. */
export interface VenueAccounts {
  /** Those from which the router authority pays. */
  readonly payout: ReadonlyMap<string, string>
  /** The market wallet's own. */
  readonly market: ReadonlyMap<string, string>
  /** Names the accounts of another mint; making them is the caller's. */
  add(mint: string): Promise<void>
}

/** The accounts of these mints. */
export async function openVenueAccounts(
  wallets: { readonly router: string; readonly market: string },
  mints: Iterable<string>,
  associated: AssociatedAccounts,
): Promise<VenueAccounts> {
  const payout = new Map<string, string>()
  const market = new Map<string, string>()
  const add = async (mint: string) => {
    payout.set(mint, await associated.addressOf(wallets.router, mint))
    market.set(mint, await associated.addressOf(wallets.market, mint))
  }
  for (const mint of mints) await add(mint)
  return { payout, market, add }
}
