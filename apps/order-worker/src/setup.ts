import {
  chainConfig,
  databaseConfig,
  flagSchema,
  parseConfig,
  readEnvironment,
  serviceConfig,
  systemDeps,
} from '@fillstream/runtime'
import { createStore, migrate } from '@fillstream/store'
import { z } from 'zod'
import { createRpcChain } from './adapters/chain/rpc-chain'
import { createFaucet } from './adapters/demo-funds'
import { masterKeySchema } from './config'
import { createWallets } from './signer/wallets'

/*
 * The one-shot step before the services: migrates the database, makes the first account with BOOTSTRAP_API_KEY where
 * there is none, and gives its wallet funds from the faucet of a simulated chain. Doing it again changes nothing.
 */
const schema = z.object({
  ...serviceConfig,
  ...databaseConfig,
  ...chainConfig,
  WALLET_MASTER_KEY: masterKeySchema,
  DEMO_MODE: flagSchema.default(false),
  BOOTSTRAP_API_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
  BOOTSTRAP_ACCOUNT: z.string().min(1).max(128).default('demo'),
  /** Whether the wallet is funded from the chain's faucet: only a simulated chain has one. */
  FUND_FROM_FAUCET: flagSchema.default(true),
})

async function setup(): Promise<void> {
  const config = parseConfig(schema, readEnvironment())
  const { clock, ids, logger } = systemDeps('setup', config.LOG_LEVEL)
  const applied = await migrate(config.DATABASE_URL)
  logger.info('the database is up to date', { applied })
  if (config.BOOTSTRAP_API_KEY === undefined) return
  const store = createStore({ databaseUrl: config.DATABASE_URL, poolSize: 2 }, { clock })
  try {
    const key = await store.apiKeys.bootstrap(config.BOOTSTRAP_API_KEY, {
      id: ids.uuid(),
      name: config.BOOTSTRAP_ACCOUNT,
    })
    if (key === null) {
      logger.warn('the database has keys already: BOOTSTRAP_API_KEY was not added')
      return
    }
    const wallet = createWallets(config.WALLET_MASTER_KEY).of(key.accountId).address
    logger.info('the first account is there', { accountId: key.accountId, wallet })
    if (!config.FUND_FROM_FAUCET) return
    if ((await createRpcChain(config.CHAIN_RPC_URL).balanceLamports(wallet)) > 0n) return
    await createFaucet(config.VENUE_API_URL).fund(wallet, { autoTopUp: config.DEMO_MODE })
    logger.info('its wallet is funded from the faucet', { wallet })
  } finally {
    await store.close()
  }
}

setup().catch((error: unknown) => {
  process.stderr.write(`setup: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
