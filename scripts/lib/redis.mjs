import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './failure.mjs'
import { redisProgram } from './redis-program.mjs'
import { keptSecret, newPassword } from './secrets.mjs'

const READY_WITHIN_MS = 60_000

/**
 * Starts the embedded Redis on its data folder: append-only file, nothing evicted.
 * Returns `{url, child, start(), stop(), crash()}`; `crash` kills it.
 */
export async function startRedis({ root, place, port, children, say, signal, onDeath = () => {} }) {
  const { command, env } = await redisProgram({ folder: join(root, '.data/redis-program'), say, signal })
  mkdirSync(place, { recursive: true, mode: 0o700 })
  const password = keptSecret(`${place}.password`, newPassword)
  const configFile = join(place, 'redis.conf')
  const url = `redis://:${password}@127.0.0.1:${port}`
  const settings = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${place}"`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    // Most of what is written lives for seconds: a file that is rewritten at every 64 MB costs Redis an eighth of its time under load.
    'auto-aof-rewrite-min-size 256mb',
    'maxmemory-policy noeviction',
    'daemonize no',
  ]
  let child
  let wanted = false
  async function start() {
    if (child?.running()) return
    wanted = true
    // A file, since arguments can be read by everyone on this machine.
    rmSync(configFile, { force: true })
    writeFileSync(configFile, `${settings.join('\n')}\n`, { mode: 0o600 })
    child = children.start({
      name: 'redis',
      command,
      args: [configFile],
      env: { PATH: process.env.PATH ?? '', ...env },
      cwd: place,
      rank: 8,
    })
    const started = child
    await waitUntilReady(started, url)
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
      child.kill('SIGKILL')
      await child.exited
    },
  }
}

/** One clear line for an address that was given and doesn't answer, or would lose jobs. */
export async function checkGivenRedis(url, name = 'REDIS_URL') {
  let policy
  try {
    policy = await withRedis(url, (redis) => redis.config('GET', 'maxmemory-policy').catch(() => []))
  } catch (error) {
    throw new Failure(
      `${name} can't be used: ${error.message}. Correct it, or leave it out to use a Redis that is started for you.`,
    )
  }
  if (policy[1] !== undefined && policy[1] !== 'noeviction') {
    throw new Failure(
      `The Redis of ${name} has maxmemory-policy ${policy[1]}, which may drop jobs: ` +
        'run "redis-cli config set maxmemory-policy noeviction" on it.',
    )
  }
}

async function waitUntilReady(child, url) {
  const until = performance.now() + READY_WITHIN_MS
  for (;;) {
    try {
      return await withRedis(url, (redis) => redis.ping())
    } catch (error) {
      if (!child.running())
        throw new Failure(`Redis stopped while starting (${child.logFile}):\n${child.logTail()}`)
      if (performance.now() > until)
        throw new Failure(`Redis does not answer: ${error.message} (${child.logFile})`)
      await sleep(50)
    }
  }
}

async function withRedis(url, work) {
  const { Redis } = await import('ioredis')
  let cause
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 5_000,
    maxRetriesPerRequest: 0,
  })
  redis.on('error', (error) => (cause = error))
  try {
    await redis.connect()
    return await work(redis)
  } catch (error) {
    throw cause ?? error
  } finally {
    redis.disconnect()
  }
}
