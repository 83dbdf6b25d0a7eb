import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bootstrap } from './bootstrap.mjs'
import { stopLeftovers, turnLogs } from './children.mjs'
import { readEnvironment } from './environment.mjs'
import { explain, Failure } from './failure.mjs'
import { takeLock } from './lock.mjs'
import { readFlags } from './options.mjs'
import { isFree } from './ports.mjs'
import { removeData } from './postgres-files.mjs'
import { createProgress } from './progress.mjs'
import { SAMPLE_ORDER, placeSampleOrder } from './sample-order.mjs'
import { SERVICES } from './services.mjs'
import { whenAskedToStop } from './shutdown.mjs'

const FLAGS = {
  fresh: 'begin anew: forget the data of the embedded Postgres, of Redis and of localnet',
  once: 'stop after the sample order; exit 0 if it was confirmed',
  watch: 'rebuild and restart services when a source changes (npm run dev)',
}
const RESTARTS = 5
const RESTARTS_WITHIN_MS = 60_000
const RESTART_PAUSE_MS = 1_000

/** The whole of `npm start`, to the end of the process. */
export async function start({ root, args }) {
  const progress = createProgress()
  const signal = whenAskedToStop({
    onAsk: () => progress.print('\nStopping.'),
    onForce: () => process.exit(130),
  })
  try {
    process.exitCode = await runStart({ root, args, progress, signal })
  } catch (error) {
    if (!signal.aborted) progress.print(`\n${explain(error)}`)
    process.exitCode = signal.aborted ? 130 : 1
  }
  if (signal.aborted) progress.print('Stopped.')
  // Idle connections of fetch would keep the process for seconds.
  process.exit()
}

/** Returns the exit code. Whatever was started is stopped when it returns or throws. */
async function runStart({ root, args, progress, signal }) {
  const flags = readFlags(args, FLAGS)
  if (flags.help) return printHelp(progress)
  let stack
  let watcher
  let lock
  try {
    const given = readEnvironment(root)
    const dataDir = resolve(root, given.DATA_DIR ?? '.data')
    const env = { DEMO_MODE: 'true', ...given }

    lock = takeLock(join(dataDir, 'npm-start.lock'))
    if (lock.holder !== undefined) {
      throw new Failure(
        `Fillstream runs here already (process ${lock.holder}): stop it with Ctrl-C there, then start again.`,
      )
    }
    const recordFile = join(dataDir, 'processes.json')
    await stopLeftovers(recordFile, (text) => progress.say('cleaning up', text))
    await checkPorts(env)
    await bootstrap({ root, env: process.env, progress, signal })
    if (flags.fresh) forgetData(dataDir, env, progress)
    turnLogs(join(dataDir, 'logs'))

    // Only now: what these import is installed by the bootstrap.
    const { startStack } = await import('./stack.mjs')
    const supervisor = superviseWith({ progress, signal, stop: () => process.kill(process.pid, 'SIGTERM') })
    stack = await startStack({ root, dataDir, env, say: progress.say, signal, onExit: supervisor.onExit })
    supervisor.watch(stack)
    writeStackFile(join(dataDir, 'stack.env'), stack.env)
    if (flags.watch)
      watcher = await (await import('./watch.mjs')).watchSources({ root, stack, say: progress.say })

    const ended = await sampleOrder({ stack, progress, signal, wanted: flags.once || !flags.watch })
    if (flags.once) return ended?.status === 'confirmed' ? 0 : 1
    printUsage({ stack, dataDir, root, progress })
    await new Promise((done) =>
      signal.aborted ? done() : signal.addEventListener('abort', done, { once: true }),
    )
    return supervisor.gaveUp() ? 1 : 0
  } finally {
    watcher?.close()
    await stack?.close()
    lock?.release?.()
  }
}

async function checkPorts(env) {
  const host = env.HOST ?? '127.0.0.1'
  for (const [name, { ports }] of Object.entries(SERVICES)) {
    for (const [variable, usual] of Object.entries(ports)) {
      const port = Number(env[variable] ?? usual)
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw new Failure(`${variable} must be a port number, 1 to 65535; it is "${env[variable]}".`)
      }
      if (!(await isFree(port, host))) {
        throw new Failure(
          `Port ${port}, which ${name} listens on, is taken: stop what uses it, or choose another with ` +
            `${variable}=${port + 10_000 > 65_535 ? port - 10_000 : port + 10_000} in the environment or in .env.`,
        )
      }
    }
  }
}

function forgetData(dataDir, env, progress) {
  if (env.DATABASE_URL) {
    throw new Failure(
      '--fresh does not empty a database of yours: empty the one that DATABASE_URL names, remove ' +
        `${join(dataDir, 'localnet')} and start without --fresh.`,
    )
  }
  progress.say('fresh', 'forgetting the data of earlier runs')
  removeData(join(dataDir, 'postgres'))
  for (const name of [
    'postgres.password',
    'redis',
    'redis.password',
    'localnet',
    'demo-key',
    'wallet-master-key',
  ]) {
    rmSync(join(dataDir, name), { recursive: true, force: true })
  }
}

/** Starts again what dies unasked, with a bound: a service that can't live ends the whole. */
function superviseWith({ progress, signal, stop }) {
  let stack
  let gaveUp = false
  const diedEarly = []
  const deaths = new Map()

  async function onExit(name, { code, signal: killedBy }) {
    if (signal.aborted) return
    if (stack === undefined) return diedEarly.push([name, { code, signal: killedBy }])
    const how = killedBy ?? `exit code ${code}`
    const recent = (deaths.get(name) ?? []).filter((at) => performance.now() - at < RESTARTS_WITHIN_MS)
    deaths.set(name, [...recent, performance.now()])
    if (recent.length >= RESTARTS) {
      gaveUp = true
      progress.print(
        `${name} died ${RESTARTS + 1} times within a minute (${how}). The end of its log:\n${stack.logTail(name)}`,
      )
      return stop()
    }
    progress.say(name, `died (${how}); starting it again`)
    try {
      await sleep(RESTART_PAUSE_MS, undefined, { signal })
      await stack.restart(name)
    } catch (error) {
      if (signal.aborted) return
      progress.say(name, explain(error))
      await onExit(name, { code: 'none', signal: null })
    }
  }

  return {
    onExit,
    gaveUp: () => gaveUp,
    watch(started) {
      stack = started
      for (const [name, outcome] of diedEarly) void onExit(name, outcome)
    },
  }
}

async function sampleOrder({ stack, progress, signal, wanted }) {
  if (!wanted) return undefined
  progress.print('')
  try {
    return await placeSampleOrder({ urls: stack.urls, apiKey: stack.apiKey, print: progress.print, signal })
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error
    progress.print(`  ${error.message}`)
    return undefined
  }
}

/** For running a service alone, or a script against the stack: `set -a; . .data/stack.env`. */
function writeStackFile(file, env) {
  const names = Object.keys(SERVICES).flatMap((name) => Object.keys(SERVICES[name].ports))
  const wanted = [
    ...names,
    'DATABASE_URL',
    'REDIS_URL',
    'KEY_PREFIX',
    'CHAIN_RPC_URL',
    'CHAIN_WS_URL',
    'VENUE_API_URL',
  ]
  const more = ['LOCALNET_DATA_DIR', 'WALLET_MASTER_KEY_FILE', 'BOOTSTRAP_API_KEY', 'DEMO_MODE']
  const lines = [...wanted, ...more]
    .filter((name) => env[name] !== undefined)
    .map((name) => `${name}='${env[name]}'`)
  mkdirSync(join(file, '..'), { recursive: true })
  rmSync(file, { force: true })
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
}

function printUsage({ stack, dataDir, root, progress }) {
  const { urls, apiKey } = stack
  const auth = `-H 'Authorization: Bearer ${apiKey}'`
  const body = JSON.stringify(SAMPLE_ORDER)
  const cli = relative(process.cwd(), join(root, 'packages/sdk/dist/cli.js'))
  const settings = `FILLSTREAM_URL=${urls.gateway} FILLSTREAM_API_KEY=${apiKey}`
  progress.print(`
Fillstream is running.
  API         ${urls.gateway}   (reference: ${urls.gateway}/docs)
  Streams     ${urls.stream}/v1/stream
  Solana RPC  ${urls.rpc}   (localnet; PubSub ${urls.rpcWs})
  Demo key    ${apiKey}
  Data, logs  ${dataDir}   (addresses of Postgres and Redis: ${join(dataDir, 'stack.env')})

Place an order:
  curl -s ${urls.gateway}/v1/orders ${auth} -H 'Content-Type: application/json' -d '${body}'
See the history:
  curl -s '${urls.gateway}/v1/orders?limit=5' ${auth}
Place one and watch it:
  ${settings} node ${cli} order place --in SOL --out USDC --amount 1.5 --watch

Ctrl-C stops everything.`)
}

function printHelp(progress) {
  progress.print('npm start -- [flags]\n')
  for (const [flag, text] of Object.entries(FLAGS)) progress.print(`  --${flag.padEnd(8)} ${text}`)
  progress.print('\nSettings come from the environment and from .env; .env.example lists them all.')
  return 0
}
