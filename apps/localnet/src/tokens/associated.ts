import { address } from '@solana/kit'
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'

const KNOWN_LIMIT = 20_000

/** Addresses of associated token accounts; those asked for before are remembered. */
export class AssociatedAccounts {
  private readonly known = new Map<string, string>()

  async addressOf(owner: string, mint: string): Promise<string> {
    const key = `${owner}:${mint}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const seeds = { owner: address(owner), mint: address(mint), tokenProgram: TOKEN_PROGRAM_ADDRESS }
    const [found] = await findAssociatedTokenPda(seeds)
    if (this.known.size >= KNOWN_LIMIT) this.known.clear()
    this.known.set(key, found)
    return found
  }
}
