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

const count = (byDefault: number, min = 1) => z.coerce.number().int().min(min).default(byDefault)

const origins = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((origin) => origin !== ''))
  .refine(
    (list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
    'must be origins such as https://app.example, separated by commas',
  )

const schema = z.object({
  ...serviceConfig,
  ...drainConfig,
  ...redisConfig,
  ...databaseConfig,
  NOTIFIER_PORT: portSchema.default(3001),
  /** What `links.stream` of an order starts with, as clients reach this service. */
  PUBLIC_STREAM_URL: z
    .string()
    .regex(/^wss?:\/\/[^/]+/, 'must be a ws:// or wss:// URL')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  DEMO_MODE: flagSchema.default(false),
  /** Pages of other origins than this service's own host that may open a stream. */
  ALLOWED_ORIGINS: origins,
  STREAM_HEARTBEAT_MS: count(30_000, 10),
  STREAM_PONG_TIMEOUT_MS: count(10_000, 10),
  STREAM_AUTH_TIMEOUT_MS: count(5_000, 10),
  STREAM_MAX_MESSAGE_BYTES: count(16_384, 256),
  STREAM_MAX_SUBSCRIPTIONS: count(256),
  /** Of this process; more are refused with 503 at the handshake. */
  STREAM_MAX_CONNECTIONS: count(20_000),
  STREAM_MAX_CONNECTIONS_PER_ACCOUNT: count(100),
  STREAM_MESSAGE_BURST: count(1_000),
  STREAM_MESSAGES_PER_SECOND: count(100),
  STREAM_MAX_BUFFERED_BYTES: count(1_048_576, 1_024),
  /** Between two comparisons of all running subscriptions with Postgres. */
  STREAM_CHECK_MS: count(2_000, 10),
})

export type Config = Readonly<z.infer<typeof schema>>

/** Throws ConfigError naming every bad variable. */
export function loadConfig(env: Environment): Config {
  return parseConfig(schema, env)
}
