import { randomBytes, randomUUID } from 'node:crypto'
import { createStore, formatApiKey } from '@fillstream/store'
import { setTimeout as delay } from 'node:timers/promises'
import { fund, walletOf } from '../support/wallets'
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
      const wallet = await walletOf(stack, apiKey)
      await fund(stack, wallet)
      traders.push({ accountId, apiKey, wallet, funds: await balancesOf(stack.urls.rpc, wallet) })
    }
    return traders
  } finally {
    await store.close()
  }
}
