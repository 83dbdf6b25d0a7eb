import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { onPath, run } from './commands.mjs'
import { Failure } from './failure.mjs'
import { isRoot } from './postgres-files.mjs'

const NO_REDIS =
  'There is no Redis here: install one ("apt-get install redis-server", "brew install redis"), or start one with ' +
  '"docker run -p 6379:6379 redis:7" and set REDIS_URL=redis://127.0.0.1:6379'

/**
 * A Redis (or Valkey) server program: one on PATH, else one unpacked from the distribution's packages into `folder`,
 * which needs no rights. Returns `{command, env}`.
 */
export async function redisProgram({ folder, say, signal }) {
  const installed = onPath('redis-server') ?? onPath('valkey-server')
  if (installed) return { command: installed, env: {} }
  const unpacked = existing(folder)
  if (unpacked) return unpacked
  if (!onPath('apt-get') || !onPath('dpkg')) throw new Failure(NO_REDIS)

  say('not installed; fetching redis-tools through apt-get')
  const making = `${folder}.${process.pid}`
  rmSync(making, { recursive: true, force: true })
  try {
    await fetchPackages(making, signal)
    if (!existing(making)) throw new Failure('its packages do not hold a server that runs here')
    rmSync(folder, { recursive: true, force: true })
    renameSync(making, folder)
  } catch (error) {
    signal?.throwIfAborted()
    throw new Failure(`${NO_REDIS} (fetching it through apt-get failed: ${error.message})`)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  return existing(folder)
}

function existing(folder) {
  const command = join(folder, 'files/usr/bin/redis-server')
  if (!existsSync(command)) return undefined
  const libraries = join(folder, 'files/usr/lib')
  const paths = [
    libraries,
    ...(existsSync(libraries) ? readdirSync(libraries) : [])
      .filter((name) => /-linux-/.test(name))
      .map((name) => join(libraries, name)),
  ]
  const env = { LD_LIBRARY_PATH: paths.join(':') }
  return runs(command, env) ? { command, env } : undefined
}

function runs(command, env) {
  try {
    execFileSync(command, ['--version'], { env, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The server is in redis-tools; the libraries that it wants come along where the system lacks one of them. */
async function fetchPackages(folder, signal) {
  const lists = join(folder, 'lists')
  mkdirSync(join(lists, 'partial'), { recursive: true })
  mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true })
  mkdirSync(join(folder, 'packages'), { recursive: true })
  // As root apt would fetch as a user of its own, who may not be able to write here.
  const sandbox = isRoot() ? ['-o', 'APT::Sandbox::User=root'] : []
  const own = [...sandbox, '-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${join(folder, 'cache')}`]
  let options = sandbox
  const download = async (names) => {
    const { ok, output } = await run('apt-get', [...options, 'download', ...names], {
      cwd: join(folder, 'packages'),
      signal,
    })
    if (!ok) throw new Error(output.split('\n').findLast((line) => line.startsWith('E:')) ?? output)
  }
  try {
    await download(['redis-tools'])
  } catch {
    // No package lists, or old ones: fetch lists of our own. One source that fails does not matter.
    options = own
    await run('apt-get', [...own, 'update'], { cwd: folder, signal })
    await download(['redis-tools'])
  }
  await unpack(folder, signal)
  if (existing(folder)) return
  await download(await librariesOf(folder, signal))
  await unpack(folder, signal)
}

async function unpack(folder, signal) {
  for (const name of readdirSync(join(folder, 'packages'))) {
    const { ok, output } = await run('dpkg', ['-x', join(folder, 'packages', name), join(folder, 'files')], {
      signal,
    })
    if (!ok) throw new Error(output)
  }
  // One program goes by three names; the package that only links the third is not needed for it.
  const programs = join(folder, 'files/usr/bin')
  const server = join(programs, 'redis-server')
  if (!existsSync(server)) symlinkSync('redis-check-rdb', server)
}

async function librariesOf(folder, signal) {
  const [name] = readdirSync(join(folder, 'packages'))
  const { output } = await run('dpkg-deb', ['-f', join(folder, 'packages', name), 'Depends'], { signal })
  return output
    .split(',')
    .map((wanted) => wanted.trim().split(/[ (|]/)[0])
    .filter((wanted) => wanted.startsWith('lib') && !/^libc6/.test(wanted))
}
