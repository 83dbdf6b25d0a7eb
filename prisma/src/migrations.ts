import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Prisma } from '../generated/client'
import { sqlState } from './errors'
import { type Statements } from './statements'

/** Beside `src` and `dist` alike. */
const MIGRATIONS = join(__dirname, '..', 'migrations')

export interface Migration {
  /** `<timestamp>_<what>`: applied in the order of names. */
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, as Prisma computes it. */
  readonly checksum: string
}

async function migrationNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** The migrations of this version, in the order in which they are applied. */
export async function readMigrations(folder = MIGRATIONS): Promise<Migration[]> {
  const names = await migrationNames(folder)
  return Promise.all(
    names.map(async (name) => {
      const file = await readFile(join(folder, name, 'migration.sql'))
      return { name, sql: file.toString('utf8'), checksum: createHash('sha256').update(file).digest('hex') }
    }),
  )
}

/** Names of this version's migrations that the database lacks. Those it has beyond them are a newer version's business. */
export async function missingMigrations(statements: Statements): Promise<string[]> {
  const wanted = await migrationNames(MIGRATIONS)
  try {
    const rows = await statements.rows<readonly [name: string]>(Prisma.sql`
SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`)
    const applied = new Set(rows.map(([name]) => name))
    return wanted.filter((name) => !applied.has(name))
  } catch (error) {
    if (sqlState(error) === '42P01') return wanted
    throw error
  }
}
