import {
  databaseConfig,
  drainConfig,
  flagSchema,
  parseConfig,
  portSchema,
  redisConfig,
  serviceConfig,
  type Environment,
} from '@fillstream/runtime'
import { z } from 'zod'

const count = z.coerce.number('must be a whole number').int('must be a whole number').min(1).max(1_000_000)

const origins = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((origin) => origin !== ''))
  .refine(
    (list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
    'must be origins such as https://app.example, separated by commas',
  )

const configSchema = z.object({
  ...serviceConfig,
  ...drainConfig,
  ...redisConfig,
  ...databaseConfig,
  GATEWAY_PORT: portSchema.default(3_000),
  NOTIFIER_PORT: portSchema.default(3_001),
  /** What `links.stream` starts with; the notifier's own address where it is not given. */
  PUBLIC_STREAM_URL: z
    .string()
    .regex(/^wss?:\/\/[^\s]+$/, 'must be a ws:// or wss:// URL')
    .optional(),
  /** Requests without a credential act as the demo account. */
  DEMO_MODE: flagSchema.default(false),
  BOOTSTRAP_API_KEY: z.string().min(16, 'must have at least 16 characters').max(512).optional(),
  /** Pages of other origins that may use the API and open streams. */
  ALLOWED_ORIGINS: origins.default([]),
  RATE_LIMIT_REQUESTS_PER_SECOND: count.default(1_000),
  RATE_LIMIT_ORDERS_PER_SECOND: count.default(500),
  /** Orders waiting for an order-worker beyond which new ones are refused. */
  MAX_QUEUE_DEPTH: count.default(20_000),
  /** New orders are refused while those that wait would take the order-workers longer than this, as fast as they are. */
  MAX_QUEUE_SECONDS: count.default(30),
  /** Told to clients in `/v1/account`; the notifier enforces it. */
  STREAM_MAX_CONNECTIONS_PER_ACCOUNT: count.default(100),
})

export type GatewayConfig = Readonly<z.infer<typeof configSchema>>

/** The gateway's configuration. Throws ConfigError naming every bad variable. */
export function loadConfig(env: Environment): GatewayConfig {
  return parseConfig(configSchema, env)
}

/** Base of the links to the notifier, without a slash at its end. */
export function streamBaseOf(config: Pick<GatewayConfig, 'PUBLIC_STREAM_URL' | 'NOTIFIER_PORT'>): string {
  return (config.PUBLIC_STREAM_URL ?? `ws://127.0.0.1:${config.NOTIFIER_PORT}`).replace(/\/+$/, '')
}
