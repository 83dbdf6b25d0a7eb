import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { readMigrations, type Migration } from './migrations'

/** The lock that `prisma migrate` takes, so that the two never run at once. */
const MIGRATION_LOCK = 72707369
const LOCK_TIMEOUT_MS = 60_000

/** Prisma's own bookkeeping, so that `prisma migrate` can take over at any time. */
const BOOKKEEPING = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

export interface MigrationReport {
  /** Names of what was applied now. */
  readonly applied: readonly string[]
  /** Names of migrations whose file is no longer what was once applied. */
  readonly changed: readonly string[]
}

interface Recorded {
  readonly migration_name: string
  readonly checksum: string
  readonly finished_at: Date | null
}

async function inTransaction(client: Client, run: () => Promise<void>): Promise<void> {
  await client.query('BEGIN')
  try {
    await run()
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(migration.sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ($1, $2, clock_timestamp(), $3, now(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    )
  })
}

async function applyMissing(client: Client, migrations: readonly Migration[]): Promise<MigrationReport> {
  await client.query(BOOKKEEPING)
  const { rows } = await client.query<Recorded>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const unfinished = rows.find(({ finished_at }) => finished_at === null)
  if (unfinished)
    throw new Error(
      `migration ${unfinished.migration_name} was begun by prisma migrate and not finished: see prisma migrate resolve`,
    )
  const recorded = new Map(rows.map((row) => [row.migration_name, row.checksum]))
  const applied: string[] = []
  for (const migration of migrations) {
    if (recorded.has(migration.name)) continue
    await apply(client, migration)
    applied.push(migration.name)
  }
  const changed = migrations.filter(({ name, checksum }) => (recorded.get(name) ?? checksum) !== checksum)
  return { applied, changed: changed.map(({ name }) => name) }
}

/**
 * Brings the database up to this version: each missing migration in a transaction of its own, in the order of names. Several
 * callers at once wait for each other. Nothing is undone or dropped; a database that is further on is left alone.
 */
export async function migrate(
  databaseUrl: string,
  migrations?: readonly Migration[],
): Promise<MigrationReport> {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    lock_timeout: LOCK_TIMEOUT_MS,
  })
  // A connection that breaks also fails the query that it breaks under; this event says nothing more.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    return await applyMissing(client, migrations ?? (await readMigrations()))
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function main(databaseUrl: string | undefined): Promise<void> {
  if (!databaseUrl) throw new Error('DATABASE_URL is not set: give it the address of the database to migrate')
  const { applied, changed } = await migrate(databaseUrl)
  for (const name of applied) process.stdout.write(`applied ${name}\n`)
  for (const name of changed) process.stderr.write(`warning: ${name} was changed after it was applied\n`)
  if (applied.length === 0) process.stdout.write('the database is up to date\n')
}

if (require.main === module) {
  // eslint-disable-next-line no-restricted-properties -- a command, with no service around it
  main(process.env.DATABASE_URL).catch((error: unknown) => {
    process.stderr.write(`migrate: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
