import { randomBytes, randomUUID } from 'node:crypto'
import { createStore, formatApiKey } from '@fillstream/store'
import { VERIFIED_TOKENS } from '@fillstream/types'
import { setTimeout as delay } from 'node:timers/promises'
import { balancesOf } from './audit/chain-reader'
import { type ChaosStack } from './stack'

/** One who trades, with what his wallet held before. */
export interface Trader {
  readonly accountId: string
  readonly apiKey: string
  readonly wallet: string
  /** By mint, base units; SOL in lamports. */
  readonly funds: ReadonlyMap<string, bigint>
}

/** Whole tokens that every wallet is given: enough for any run, since nothing tops it up. */
const FUNDS: Readonly<Record<string, bigint>> = {
  SOL: 20_000n,
  USDC: 3_000_000n,
  USDT: 3_000_000n,
  JUP: 3_000_000n,
  BONK: 60_000_000_000n,
  RAY: 1_000_000n,
}

/** Accounts with keys and funded wallets, read back at `confirmed`. */
export async function createTraders(stack: ChaosStack, count: number): Promise<Trader[]> {
  const store = createStore(
    { databaseUrl: stack.urls.database, poolSize: 1 },
    { clock: { sleep: (ms) => delay(ms) } },
  )
  try {
    const traders: Trader[] = []
    for (let i = 1; i <= count; i++) {
      const accountId = randomUUID()
      const apiKey = formatApiKey(randomBytes(40))
      await store.accounts.create({ id: accountId, name: `trader ${i}` })
      await store.apiKeys.create(apiKey, { accountId, name: 'chaos' })
      const { wallet } = await account(stack, apiKey)
      await fund(stack, wallet)
      traders.push({ accountId, apiKey, wallet, funds: await balancesOf(stack.urls.rpc, wallet) })
    }
    return traders
  } finally {
    await store.close()
  }
}

async function account(stack: ChaosStack, apiKey: string): Promise<{ wallet: string }> {
  const response = await fetch(`${stack.urls.gateway}/v1/account`, {
    headers: { authorization: `Bearer ${apiKey}` },
  })
  if (!response.ok) throw new Error(`/v1/account: ${response.status} ${await response.text()}`)
  return (await response.json()) as { wallet: string }
}

async function fund(stack: ChaosStack, wallet: string): Promise<void> {
  const grants = VERIFIED_TOKENS.map(({ symbol, mint, decimals }) => ({
    mint,
    amount: ((FUNDS[symbol] ?? 0n) * 10n ** BigInt(decimals)).toString(),
  }))
  const response = await fetch(`${stack.urls.control}/faucet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ address: wallet, grants }),
  })
  if (!response.ok) throw new Error(`/faucet: ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
}
