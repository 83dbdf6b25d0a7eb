import {
  chainConfig,
  databaseConfig,
  flagSchema,
  parseConfig,
  portSchema,
  redisConfig,
  serviceConfig,
  type Environment,
} from '@fillstream/runtime'
import { z } from 'zod'

/** 32 bytes in hex: every account's wallet is derived from it (signer/wallets.ts). */
export const masterKeySchema = z
  .string('must be 64 hex digits')
  .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits')

const milliseconds = (byDefault: number, min = 1) => z.coerce.number().int().min(min).default(byDefault)

const schema = z.object({
  ...serviceConfig,
  ...redisConfig,
  ...databaseConfig,
  ...chainConfig,
  ORDER_WORKER_PORT: portSchema.default(3003),
  WALLET_MASTER_KEY: masterKeySchema,
  CONFIRM_COMMITMENT: z
    .enum(['confirmed', 'finalized'], 'must be confirmed or finalized')
    .default('confirmed'),
  DEMO_MODE: flagSchema.default(false),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(2_000).default(400),
  /** A job of a worker that died is taken over after about this long. */
  WORKER_LOCK_MS: milliseconds(10_000, 500),
  /** How long the right to watch an attempt lasts without renewal. */
  ATTEMPT_LEASE_MS: milliseconds(10_000, 500),
  /** How often attempts are looked at besides, for each look-up that all of them take. */
  WATCH_INTERVAL_MS: milliseconds(200, 5),
  /** How often the bytes of a transaction that nobody has taken are sent again; a third as often where somebody has. */
  RESEND_INTERVAL_MS: milliseconds(2_000, 20),
  SWEEP_INTERVAL_MS: milliseconds(1_000, 20),
  /** An unfinished order that nobody touched for this long is queued again. */
  SWEEP_IDLE_MS: milliseconds(5_000, 100),
  /** A limit order whose price is reached, but which cannot be executed at it, is left alone for this long: about ten slots. */
  TRIGGER_PARK_MS: milliseconds(4_000, 20),
  /** Orders that a copy was about to fire when it died are taken over after about this long. */
  TRIGGER_LEASE_MS: milliseconds(5_000, 100),
  /** Steps before the submission wait this long at most to be written together with what follows; 0: each is written by itself. */
  STEP_PATIENCE_MS: milliseconds(150, 0),
  QUOTE_TIMEOUT_MS: milliseconds(5_000, 50),
  RETRY_BASE_MS: milliseconds(500),
  RETRY_MAX_MS: milliseconds(8_000),
})

export type Config = Readonly<z.infer<typeof schema>>

/** Throws ConfigError naming every bad variable. */
export function loadConfig(env: Environment): Config {
  return parseConfig(schema, env)
}
