import { join } from 'node:path'
import { run } from './commands.mjs'
import { Failure } from './failure.mjs'
import { MIGRATE_ENTRY } from './services.mjs'

const TEMPLATE_DATABASE = 'fillstream_template'

/**
 * Postgres and Redis for tests and benchmarks, with the migrated database that each test file clones. The tests make and drop
 * databases, so only addresses that are meant for them are used: TEST_DATABASE_URL and TEST_REDIS_URL.
 */
export async function startBacking({ root, dataDir, progress, signal }) {
  const { startStack } = await import('./stack.mjs')
  const { createDatabase, dropDatabase } = await import('./postgres.mjs')
  const given = {
    ...(process.env.TEST_DATABASE_URL && { DATABASE_URL: process.env.TEST_DATABASE_URL }),
    ...(process.env.TEST_REDIS_URL && { REDIS_URL: process.env.TEST_REDIS_URL }),
  }
  const stack = await startStack({
    root,
    dataDir,
    env: given,
    services: [],
    setup: false,
    throwAway: true,
    say: progress.say,
    signal,
    onExit: (name) => progress.say(name, 'died'),
  })
  try {
    const server = stack.urls.database
    await dropDatabase(server, TEMPLATE_DATABASE)
    await createDatabase(server, TEMPLATE_DATABASE)
    const template = new URL(server)
    template.pathname = `/${TEMPLATE_DATABASE}`
    const env = { ...process.env, DATABASE_URL: template.toString() }
    const migrated = await run(process.execPath, [join(root, MIGRATE_ENTRY)], { cwd: dataDir, env, signal })
    if (!migrated.ok) throw new Failure(`migrating the template database failed:\n${migrated.output}`)
    return {
      env: { TEST_DATABASE_URL: server, TEST_REDIS_URL: stack.urls.redis },
      /** Of what was started here; nothing where the address was given. */
      pids: {
        ...(given.DATABASE_URL ? {} : { BENCH_POSTGRES_PID: String(stack.pid('postgres')) }),
        ...(given.REDIS_URL ? {} : { BENCH_REDIS_PID: String(stack.pid('redis')) }),
      },
      close: () => stack.close(),
    }
  } catch (error) {
    await stack.close()
    throw error
  }
}
