import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { redact } from './logger'

export type Environment = Readonly<Record<string, string | undefined>>

/** Configuration that cannot be used: says which variables and what each should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * The environment of this process, with a `.env` file of the working directory below it
 * (variables that are set win) and every `NAME_FILE` read into `NAME`.
 */
export function readEnvironment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const env: Record<string, string | undefined> = { ...process.env }
  for (const [name, path] of Object.entries(env)) {
    if (!SECRET_FILES.includes(name) || !path) continue
    const target = name.slice(0, -'_FILE'.length)
    if (env[target]) continue
    try {
      env[target] = readFileSync(path, 'utf8').trim()
    } catch (error) {
      throw new ConfigError(
        `${name}: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  return env
}

const SECRET_FILES = [
  'BOOTSTRAP_API_KEY_FILE',
  'WALLET_MASTER_KEY_FILE',
  'DATABASE_URL_FILE',
  'REDIS_URL_FILE',
]

/** Parses `env` once; an empty variable counts as not given. Throws ConfigError naming every bad variable. */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Environment,
): Readonly<z.infer<Schema>> {
  const given = Object.fromEntries(
    Object.keys(schema.shape)
      .map((name) => [name, env[name]])
      .filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = schema.safeParse(given)
  if (parsed.success) return Object.freeze(parsed.data)
  const lines = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.')
    return `${name}: ${name in given ? issue.message : `is missing: ${issue.message}`}`
  })
  throw new ConfigError(`bad configuration\n  ${lines.join('\n  ')}`)
}

/** What a service prints of its configuration at start: secrets and passwords in URLs blanked. */
export function printableConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain = redact(config)
  for (const [name, value] of Object.entries(plain)) {
    if (typeof value === 'string') plain[name] = value.replace(/(\w+:\/\/[^:/@\s]*):[^@\s]*@/, '$1:***@')
  }
  return plain
}

export const portSchema = z.coerce
  .number('must be a port number, 0 to 65535')
  .int('must be a port number, 0 to 65535')
  .min(0, 'must be a port number, 0 to 65535')
  .max(65_535, 'must be a port number, 0 to 65535')

export const flagSchema = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((text) => text === 'true' || text === '1')

export const countSchema = z.coerce
  .number('must be a whole number')
  .int('must be a whole number')
  .min(0, 'must not be negative')

/** `2000-5000` or `40`: a range of whole numbers, both ends included. */
export const rangeSchema = z
  .string()
  .regex(/^\d+(-\d+)?$/, 'must be a number or a range such as 2000-5000')
  .transform((text) => {
    const [min = 0, max = min] = text.split('-').map(Number)
    return { min, max }
  })
  .refine(({ min, max }) => min <= max, 'the range must rise')

const logLevel = z.enum(
  ['debug', 'info', 'warn', 'error', 'silent'],
  'must be debug, info, warn, error or silent',
)

/** Pieces that a service spreads into its own schema. */
export const serviceConfig = { HOST: z.string().default('127.0.0.1'), LOG_LEVEL: logLevel.default('info') }

/** Of services that balancers send to. */
export const drainConfig = {
  /** How long a service that stops says so at /readyz and serves on, until balancers have noticed. At most half of a stop. */
  DRAIN_MS: countSchema.max(5_000, 'must be at most 5000').default(1_000),
}

export const redisConfig = {
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must be a redis:// or rediss:// URL')
    .optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: portSchema.default(6379),
  KEY_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -')
    .default('fs'),
  ORDER_SHARDS: z.coerce.number().int().min(1).max(64).default(1),
}

/** The Redis URL: REDIS_URL, or REDIS_HOST with REDIS_PORT, or the local default. */
export function redisUrlOf(config: {
  REDIS_URL?: string | undefined
  REDIS_HOST?: string | undefined
  REDIS_PORT: number
}): string {
  return config.REDIS_URL ?? `redis://${config.REDIS_HOST ?? '127.0.0.1'}:${config.REDIS_PORT}`
}

export const databaseConfig = {
  DATABASE_URL: z
    .string('must be a postgresql:// URL')
    .regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// URL'),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
}

export const simulationConfig = {
  SIM_CONFIRM_DELAY_MS: rangeSchema.default({ min: 2_000, max: 5_000 }),
  SIM_QUOTE_DELAY_MS: countSchema.default(200),
  SIM_PRICE_SPREAD_BPS: rangeSchema.default({ min: 200, max: 500 }),
  SIM_SEED: z.string().default('fillstream'),
  SIM_SLOT_MS: z.coerce.number().int().min(5, 'must be at least 5').max(60_000).default(400),
}

/** One URL or several, separated by commas. */
const urlsSchema = z
  .string()
  .transform((text) => text.split(',').map((url) => url.trim()))
  .refine((urls) => urls.every((url) => URL.canParse(url)), 'must be URLs, separated by commas')

export const chainConfig = {
  CHAIN_RPC_URL: urlsSchema.default(['http://127.0.0.1:8899']),
  CHAIN_WS_URL: z.url('must be a URL').default('ws://127.0.0.1:8900'),
  VENUE_API_URL: z.url('must be a URL').default('http://127.0.0.1:8898'),
}
