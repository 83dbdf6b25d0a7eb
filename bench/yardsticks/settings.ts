/** What the driver tells a yardstick by its environment; the address it then serves goes back by standard output. */
export interface Settings {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly prefix: string
  /** Of the simulated venue, ms. */
  readonly delay: { readonly from: number; readonly to: number }
}

export function readSettings(): Settings {
  const { DATABASE_URL, REDIS_URL, KEY_PREFIX, YARDSTICK_DELAY_MS = '0-0' } = process.env
  if (!DATABASE_URL || !REDIS_URL || !KEY_PREFIX)
    throw new Error('DATABASE_URL, REDIS_URL and KEY_PREFIX must be set')
  const [from = 0, to = 0] = YARDSTICK_DELAY_MS.split('-').map(Number)
  return { databaseUrl: DATABASE_URL, redisUrl: REDIS_URL, prefix: KEY_PREFIX, delay: { from, to } }
}

/** Tells the driver that the process is ready, and where it listens. It ends when its driver does. */
export function tellReady(port = 0): void {
  process.stdin.resume().on('end', () => process.exit())
  process.stdout.write(`ready ${port}\n`)
}
