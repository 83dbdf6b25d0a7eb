import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

/** A migrated, empty database that `npm test` makes once; every test file clones it. */
export const TEMPLATE_DATABASE = 'fillstream_template'

export interface TestDatabase {
  readonly url: string
  readonly name: string
  /** Removes the database; connections that are still open are cut. */
  drop(): Promise<void>
}

/** A migrated database of this test file's own. Needs TEST_DATABASE_URL (`npm test` sets it). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = testVariable('TEST_DATABASE_URL')
  const name = `fillstream_test_${randomBytes(6).toString('hex')}`
  await execute(server, `create database ${name} template ${TEMPLATE_DATABASE}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.toString(),
    name,
    drop: () => execute(server, `drop database if exists ${name} with (force)`),
  }
}

/** A variable that the test run provides; says how to get it where it is missing. */
export function testVariable(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run this through "npm test -- --only int" (or e2e)`)
  return value
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
