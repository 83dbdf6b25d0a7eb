import { messageOf } from '@fillstream/core'
import { VERIFIED_TOKENS } from '@fillstream/types'
import { ChainUnavailableError } from './chain/chain'

/** What a demo wallet is given, whole tokens: 1,000 SOL, 200,000 USDC and some of every other listed token. */
const GRANTS: Readonly<Record<string, bigint>> = {
  SOL: 1_000n,
  USDC: 200_000n,
  USDT: 200_000n,
  JUP: 100_000n,
  BONK: 1_000_000_000n,
  RAY: 20_000n,
}

const TIMEOUT_MS = 5_000

/** The faucet of a simulated chain. */
export interface Faucet {
  /** Gives the wallet its first funds; with `autoTopUp` the chain gives the same again when a trade would find it short. */
  fund(wallet: string, options: { readonly autoTopUp: boolean }): Promise<void>
  /** Makes sure that a funded wallet holds `amount` where one grant covers it; answers what it holds. */
  topUp(wallet: string, mint: string, amount: bigint): Promise<bigint>
}

export function createFaucet(venueApiUrl: string): Faucet {
  async function post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${venueApiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new ChainUnavailableError(`${path}: ${messageOf(error)}`, { cause: error })
    })
    if (!response.ok)
      throw new ChainUnavailableError(
        `${path} was answered ${response.status}: ${(await response.text()).slice(0, 300)}`,
      )
    return response.json()
  }
  return {
    async fund(wallet, { autoTopUp }) {
      const grants = VERIFIED_TOKENS.map(({ symbol, mint, decimals }) => ({
        mint,
        amount: ((GRANTS[symbol] ?? 0n) * 10n ** BigInt(decimals)).toString(),
      }))
      await post('/faucet', { address: wallet, grants, autoTopUp })
    },
    async topUp(wallet, mint, amount) {
      const answer = await post('/top-up', { address: wallet, mint, amount: amount.toString() })
      const balance =
        typeof answer === 'object' && answer !== null && 'balance' in answer ? answer.balance : null
      return BigInt(typeof balance === 'string' ? balance : 0)
    },
  }
}
