import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from './commands.mjs'
import { Failure } from './failure.mjs'
import { commandLineOf } from './processes.mjs'
import { dataFolder, isRoot, NOBODY, postgresPrograms } from './postgres-files.mjs'
import { keptSecret, newPassword } from './secrets.mjs'

const USER = 'fillstream'
const READY_WITHIN_MS = 30_000

/** What makes a throw-away cluster faster: it need not outlive the machine, only its own processes. */
const THROW_AWAY = ['fsync=off', 'full_page_writes=off', 'autovacuum_naptime=10s']

/**
 * Starts the embedded Postgres on its data folder, which is made on first use.
 * Returns `{url(database), child, start(), stop(), crash()}`; `stop` is orderly, `crash` is as a power cut to it.
 */
export async function startPostgres({ root, place, port, children, throwAway = false, onDeath = () => {} }) {
  const programs = postgresPrograms(root)
  const folder = dataFolder(root, place)
  const data = join(folder, 'data')
  const as = isRoot() ? { uid: NOBODY, gid: NOBODY } : {}
  const password = keptSecret(`${place}.password`, newPassword)
  if (!existsSync(data)) await initialise({ programs, folder, data, password, as, throwAway })

  const url = (database) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`
  const settings = ['unix_socket_directories=', 'max_connections=300', ...(throwAway ? THROW_AWAY : [])]
  let child
  let wanted = false
  async function start() {
    if (child?.running()) return
    wanted = true
    forgetDeadPostmaster(data)
    child = children.start({
      name: 'postgres',
      command: join(programs, 'postgres'),
      args: [
        '-D',
        data,
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
      cwd: folder,
      ...as,
      signals: ['SIGINT', 'SIGQUIT', 'SIGKILL'],
      rank: 9,
    })
    const started = child
    await waitUntilReady(started, url('postgres'))
    started.exited.then((outcome) => wanted && onDeath(outcome))
  }
  await start()
  return {
    url,
    get child() {
      return child
    },
    start,
    async stop() {
      wanted = false
      await child.stop()
    },
    async crash() {
      wanted = false
      child.kill('SIGQUIT')
      await child.exited
    },
  }
}

/** Makes a database if it is not there yet; `template` gives it the contents of another one. */
export async function createDatabase(adminUrl, name, template) {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0)
      await client.query(`create database "${name}"${template ? ` template "${template}"` : ''}`)
  })
}

export async function dropDatabase(adminUrl, name) {
  await withClient(adminUrl, (client) => client.query(`drop database if exists "${name}" with (force)`))
}

/** One clear line for an address that was given and doesn't answer. */
export async function checkGivenPostgres(url) {
  try {
    await withClient(url, (client) => client.query('select 1'))
  } catch (error) {
    const where = hostOf(url)
    const advice = {
      '3D000': 'the database it names does not exist; create it first',
      '28P01': 'the password is wrong',
      28000: 'the user is refused',
    }[error.code]
    throw new Failure(
      `DATABASE_URL (${where}) can't be used: ${advice ?? error.message ?? error.code}. ` +
        'Correct it, or leave DATABASE_URL out to use the embedded Postgres.',
    )
  }
}

async function initialise({ programs, folder, data, password, as, throwAway }) {
  const making = join(folder, 'making')
  const passwordFile = join(folder, 'password')
  rmSync(making, { recursive: true, force: true })
  rmSync(passwordFile, { force: true })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (as.uid !== undefined) chownSync(passwordFile, as.uid, as.gid)
  const args = [
    '-D',
    making,
    '-U',
    USER,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
  ]
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' }
  const { ok, output } = await run(join(programs, 'initdb'), throwAway ? [...args, '--no-sync'] : args, {
    cwd: folder,
    env,
    ...as,
  })
  rmSync(passwordFile, { force: true })
  if (!ok) throw new Failure(`The embedded Postgres could not make its data folder ${making}:\n${output}`)
  renameSync(making, data)
}

async function waitUntilReady(child, url) {
  const until = performance.now() + READY_WITHIN_MS
  for (;;) {
    try {
      return await withClient(url, (client) => client.query('select 1'))
    } catch (error) {
      if (!child.running())
        throw new Failure(
          `The embedded Postgres stopped while starting (${child.logFile}):\n${child.logTail()}`,
        )
      if (performance.now() > until)
        throw new Failure(`The embedded Postgres does not answer: ${error.message} (${child.logFile})`)
      await sleep(50)
    }
  }
}

/** After a crash the file may name a process id that now belongs to something else, which Postgres would take for itself. */
function forgetDeadPostmaster(data) {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (!commandLineOf(pid)?.includes('postgres')) rmSync(file, { force: true })
}

async function withClient(url, work) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function hostOf(url) {
  try {
    return new URL(url).host
  } catch {
    return 'not an address'
  }
}
