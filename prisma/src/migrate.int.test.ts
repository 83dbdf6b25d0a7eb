import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { testVariable } from '../../tests/support/database'
import { openStore } from '../../tests/support/store'
import { migrate } from './migrate'
import { readMigrations } from './migrations'

let url: string
let client: Client
let databases: string[]

async function onServer(sql: string): Promise<void> {
  const server = new Client({ connectionString: testVariable('TEST_DATABASE_URL') })
  await server.connect()
  await server.query(sql)
  await server.end()
}

async function emptyDatabase(): Promise<string> {
  const name = `fillstream_test_${randomBytes(6).toString('hex')}`
  await onServer(`CREATE DATABASE ${name}`)
  databases.push(name)
  const address = new URL(testVariable('TEST_DATABASE_URL'))
  address.pathname = `/${name}`
  return address.toString()
}

beforeEach(async () => {
  databases = []
  url = await emptyDatabase()
  client = new Client({ connectionString: url })
  await client.connect()
})
afterEach(async () => {
  await client.end()
  for (const name of databases) await onServer(`DROP DATABASE ${name} WITH (FORCE)`)
})

async function schemaCheck(): Promise<void> {
  const store = openStore(url)
  try {
    await store.assertSchemaCurrent()
  } finally {
    await store.close()
  }
}

test('runners at once wait for each other: every migration is applied once, as Prisma would record it', async () => {
  const reports = await Promise.all(Array.from({ length: 4 }, () => migrate(url)))
  const migrations = await readMigrations()
  expect(reports.flatMap(({ applied }) => applied)).toEqual(migrations.map(({ name }) => name))
  expect((await migrate(url)).applied).toEqual([])
  const { rows } = await client.query(
    'SELECT migration_name, checksum, finished_at >= started_at AS finished, rolled_back_at, logs, applied_steps_count FROM _prisma_migrations',
  )
  expect(rows).toEqual(
    migrations.map(({ name, checksum }) => ({
      migration_name: name,
      checksum,
      finished: true,
      rolled_back_at: null,
      logs: null,
      applied_steps_count: 1,
    })),
  )
})

test('a migration that fails leaves nothing behind and can be applied when it is mended', async () => {
  const bad = { name: '1_bad', sql: 'CREATE TABLE half (id int); SELECT 1/0;', checksum: 'x' }
  await expect(migrate(url, [bad])).rejects.toThrow('division by zero')
  expect((await client.query(`SELECT to_regclass('half') AS half`)).rows).toEqual([{ half: null }])
  expect((await migrate(url, [{ ...bad, sql: 'CREATE TABLE half (id int);' }])).applied).toEqual(['1_bad'])
})

test('a migration whose file was changed after it was applied is reported', async () => {
  const migration = { name: '1_a', sql: 'SELECT 1;', checksum: 'x' }
  await migrate(url, [migration])
  expect(await migrate(url, [{ ...migration, checksum: 'y' }])).toEqual({ applied: [], changed: ['1_a'] })
})

test('a database that lacks a migration is refused, with what to do; one that is further on is not', async () => {
  await expect(schemaCheck()).rejects.toThrow('run node prisma/dist/migrate.js')
  await migrate(url)
  await schemaCheck()
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', 'x', '99990101000000_later', now())`,
  )
  await schemaCheck()
  const [first] = await readMigrations()
  await client.query('DELETE FROM _prisma_migrations WHERE migration_name = $1', [first?.name])
  await expect(schemaCheck()).rejects.toThrow(first?.name)
})

/**
 * What a database is made of, as Postgres itself writes it. What schema.prisma cannot say is left out: conditional indexes, and that
 * what hangs on an order has no foreign key.
 */
async function catalog(of: Client): Promise<string[]> {
  const { rows } = await of.query<{ line: string }>(`
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND c.relname <> '_prisma_migrations'
    UNION ALL
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('_prisma_migrations'), 0)
      AND confrelid <> 'orders'::regclass
    UNION ALL
    SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND indpred IS NULL AND c.relname <> '_prisma_migrations'
    UNION ALL
    SELECT t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
    FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname
    ORDER BY 1`)
  return rows.map(({ line }) => line)
}

test('migrations and schema.prisma make the same database', async () => {
  await migrate(url)
  const script = join(__dirname, '..', 'scripts', 'schema-sql.mjs')
  const twinUrl = await emptyDatabase()
  const env = { ...process.env, DATABASE_URL: twinUrl }
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env })
  const twin = new Client({ connectionString: twinUrl })
  await twin.connect()
  try {
    await twin.query(stdout)
    const made = await catalog(client)
    expect(made.length).toBeGreaterThan(100)
    expect(made).toEqual(await catalog(twin))
  } finally {
    await twin.end()
  }
})
