import { VERIFIED_TOKENS } from '@fillstream/types'
import { type Stack } from './stack'

/** Whole tokens that a wallet is given: enough for any run, since nothing tops it up. */
const FUNDS: Readonly<Record<string, bigint>> = {
  SOL: 20_000n,
  USDC: 3_000_000n,
  USDT: 3_000_000n,
  JUP: 3_000_000n,
  BONK: 60_000_000_000n,
  RAY: 1_000_000n,
}

type Urls = Pick<Stack['urls'], 'gateway' | 'control'>

/** The address of the wallet of a key's account, as the gateway tells it. */
export async function walletOf(
  { urls }: { readonly urls: Pick<Urls, 'gateway'> },
  apiKey: string,
): Promise<string> {
  const response = await fetch(`${urls.gateway}/v1/account`, {
    headers: { authorization: `Bearer ${apiKey}` },
  })
  if (!response.ok) throw new Error(`/v1/account: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { wallet: string }).wallet
}

/** Gives a wallet plenty of every token, from localnet's faucet; it can be read at `confirmed` then. */
export async function fund(
  { urls }: { readonly urls: Pick<Urls, 'control'> },
  wallet: string,
): Promise<void> {
  const grants = VERIFIED_TOKENS.map(({ symbol, mint, decimals }) => ({
    mint,
    amount: ((FUNDS[symbol] ?? 0n) * 10n ** BigInt(decimals)).toString(),
  }))
  const response = await fetch(`${urls.control}/faucet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ address: wallet, grants }),
  })
  if (!response.ok) throw new Error(`/faucet: ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
}
