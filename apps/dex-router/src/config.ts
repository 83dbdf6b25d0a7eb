import {
  chainConfig,
  parseConfig,
  portSchema,
  redisConfig,
  serviceConfig,
  simulationConfig,
  type Environment,
} from '@fillstream/runtime'
import { z } from 'zod'

const milliseconds = (byDefault: number, min = 1) => z.coerce.number().int().min(min).default(byDefault)

const schema = z.object({
  ...serviceConfig,
  ...redisConfig,
  ...chainConfig,
  DEX_ROUTER_PORT: portSchema.default(3002),
  SIM_QUOTE_DELAY_MS: simulationConfig.SIM_QUOTE_DELAY_MS,
  /** A venue that takes longer is left out of the comparison. */
  VENUE_TIMEOUT_MS: milliseconds(3_000),
  /** Without a slot for this long the known pools count as stale, and nothing is quoted from them. */
  BOOK_STALE_MS: milliseconds(5_000, 50),
  /** A copy that publishes prices and dies is followed by another after about this long. */
  PRICE_LEASE_MS: milliseconds(3_000, 30),
  /** After a lost connection to the chain: first wait, doubled up to the most. */
  CHAIN_RETRY_MS: milliseconds(100),
  CHAIN_RETRY_MAX_MS: milliseconds(5_000),
})

export type Config = Readonly<z.infer<typeof schema>>

/** Throws ConfigError naming every bad variable. */
export function loadConfig(env: Environment): Config {
  return parseConfig(schema, env)
}
