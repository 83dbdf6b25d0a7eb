import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createChildren } from './children.mjs'
import { Failure } from './failure.mjs'
import { freePorts } from './ports.mjs'
import { checkGivenPostgres, createDatabase, startPostgres } from './postgres.mjs'
import { endedEarly, waitUntilReady } from './readiness.mjs'
import { checkGivenRedis, startRedis } from './redis.mjs'
import { keptSecret, newApiKey, newMasterKey } from './secrets.mjs'
import {
  addressesFor,
  ALL_SERVICES,
  environmentOf,
  mallocOf,
  nodeFlagsOf,
  SERVICES,
  SETUP_ENTRY,
} from './services.mjs'

/**
 * Starts Postgres and Redis (where `env` gives no DATABASE_URL / REDIS_URL), localnet, the setup and the services, and
 * waits until each is ready. This is the one launcher: `npm start`, the tests and the benchmarks use it.
 *
 * @param root      folder of the checkout
 * @param dataDir   where data, secrets and logs of this stack go
 * @param services  which of SERVICES to start
 * @param env       the environment of all processes; what it leaves open is filled in
 * @param ports     'default' (3000... or what `env` says) or 'free'
 * @param copies    how many processes of a service, where more than one: `{gateway: 2}` starts `gateway` and `gateway-2`, each
 *                  on ports of its own
 * @param environmentFor `({name, service, environment})`: asked before every start of a process, answers (or resolves to)
 *                  the variables that this one gets beside the environment of all
 * @param entries   other main files for some processes, e.g. a test's own
 * @param throwAway the embedded Postgres needn't survive the machine
 * @param say       `(subject, text)`: hears what is being done
 * @param onExit    `(name, outcome)`: hears of a process that ended unasked
 * @returns `{urls, address, apiKey, env, pid, running, logTail, kill, stop, restart, adopt, close}`; the calls take the name of
 *          a process, or `postgres` or `redis` where the stack has started these itself
 */
export async function startStack({
  root,
  dataDir,
  services = ALL_SERVICES,
  env = {},
  ports = 'default',
  copies = {},
  environmentFor = () => ({}),
  entries = {},
  throwAway = false,
  setup = true,
  say = () => {},
  onExit = () => {},
  signal,
}) {
  mkdirSync(dataDir, { recursive: true })
  const children = createChildren({
    logDir: join(dataDir, 'logs'),
    recordFile: join(dataDir, 'processes.json'),
  })
  const instances = services.flatMap((service) =>
    Array.from({ length: copies[service] ?? 1 }, (_, i) => ({
      service,
      name: i === 0 ? service : `${service}-${i + 1}`,
      ports: {},
    })),
  )
  const processes = new Map()
  const backing = {}
  const host = env.HOST === undefined || ['0.0.0.0', '::'].includes(env.HOST) ? '127.0.0.1' : env.HOST
  let closing = false
  let environment

  const instanceOf = (name) => {
    const instance = instances.find((one) => one.name === name)
    if (instance === undefined) throw new Failure(`${name} is not a process of this stack`)
    return instance
  }
  const addressOf = (name) => {
    const { service, ports: own } = instanceOf(name)
    const { health } = SERVICES[service]
    return `http://${host}:${own[health] ?? environment[health]}`
  }

  async function startService(name) {
    const { service: serviceName, ports: own } = instanceOf(name)
    const { rank, entry } = SERVICES[serviceName]
    const given = { ...mallocOf(serviceName), ...environmentOf(serviceName, environment), ...own }
    const child = children.start({
      name,
      command: process.execPath,
      args: [...nodeFlagsOf(serviceName), entries[name] ?? entries[serviceName] ?? join(root, entry)],
      env: { ...given, ...(await environmentFor({ name, service: serviceName, environment: given })) },
      // Not the checkout: a service reads the `.env` of its working directory, and here `env` alone shall count.
      cwd: dataDir,
      rank,
    })
    const service = { child, asked: false }
    processes.set(name, service)
    await waitUntilReady({ child, url: addressOf(name), signal })
    say(name, `ready on port ${new URL(addressOf(name)).port}`)
    child.exited.then((outcome) => {
      if (!closing && !service.asked) onExit(name, outcome)
    })
  }

  async function stopService(name, how = 'SIGTERM') {
    const service = processOf(name)
    service.asked = true
    if (how === 'SIGTERM') return service.child.stop()
    service.child.kill(how)
    await service.child.exited
  }

  async function runSetup() {
    say('setup', 'database schema, demo account and its wallet')
    const child = children.start({
      name: 'setup',
      command: process.execPath,
      args: [...nodeFlagsOf('setup'), entries.setup ?? join(root, SETUP_ENTRY)],
      env: environmentOf('setup', environment),
      cwd: dataDir,
    })
    const outcome = await child.exited
    if (outcome.code !== 0) throw endedEarly(child, outcome)
  }

  const processOf = (name) => {
    const service = processes.get(name)
    if (service === undefined) throw new Failure(`${name} is not a process of this stack`)
    return service
  }
  const childOf = (name) => (backing[name] ?? processOf(name)).child

  async function close() {
    if (closing) return
    closing = true
    const ranks = [...new Set(services.map((name) => SERVICES[name].rank))].sort((a, b) => a - b)
    for (const rank of ranks) {
      const names = instances
        .filter(
          ({ name, service }) => SERVICES[service].rank === rank && processes.get(name)?.child.running(),
        )
        .map(({ name }) => name)
      if (names.length > 0) say('stopping', names.join(', '))
      await Promise.all(names.map((name) => processes.get(name).child.stop()))
    }
    if (backing.redis ?? backing.postgres) say('stopping', 'Redis, Postgres')
    await Promise.all([backing.redis?.stop(), backing.postgres?.stop()])
    await children.close()
  }

  try {
    const variables = Object.values(SERVICES).flatMap((service) => Object.entries(service.ports))
    const further = instances.filter(({ name, service }) => name !== service)
    const ofCopies = further.flatMap((copy) =>
      Object.keys(SERVICES[copy.service].ports).map((name) => [copy, name]),
    )
    const [postgresPort, redisPort, ...free] = await freePorts(
      2 + ofCopies.length + (ports === 'free' ? variables.length : 0),
    )
    for (const [copy, name] of ofCopies) copy.ports[name] = String(free.shift())
    const chosen = {}
    for (const [name, usual] of variables)
      chosen[name] = ports === 'free' ? free.shift() : Number(env[name] ?? usual)
    const died = (name) => (outcome) => !closing && onExit(name, outcome)
    const startup = [
      backPostgres({
        env,
        root,
        dataDir,
        children,
        throwAway,
        port: postgresPort,
        onDeath: died('postgres'),
        say,
        signal,
      }),
      backRedis({ env, root, dataDir, children, port: redisPort, onDeath: died('redis'), say, signal }),
    ]
    // Both are awaited even if one fails, so that close() knows what to stop.
    const [postgres, redis] = await Promise.allSettled(startup)
    if (postgres.value?.server) backing.postgres = postgres.value.server
    if (redis.value?.server) backing.redis = redis.value.server
    for (const { reason } of [postgres, redis]) if (reason !== undefined) throw reason
    signal?.throwIfAborted()

    const secrets = {}
    if (!env.BOOTSTRAP_API_KEY && !env.BOOTSTRAP_API_KEY_FILE) {
      secrets.BOOTSTRAP_API_KEY = keptSecret(join(dataDir, 'demo-key'), newApiKey)
    }
    if (!env.WALLET_MASTER_KEY && !env.WALLET_MASTER_KEY_FILE) {
      secrets.WALLET_MASTER_KEY_FILE = join(dataDir, 'wallet-master-key')
      keptSecret(secrets.WALLET_MASTER_KEY_FILE, newMasterKey)
    }
    const addresses = addressesFor(chosen, host)
    environment = {
      LOCALNET_DATA_DIR: join(dataDir, 'localnet'),
      ...addresses,
      ...env,
      ...(ports === 'free' ? addresses : {}),
      ...secrets,
      DATABASE_URL: postgres.value.url,
      REDIS_URL: redis.value.url,
    }
    if (services.includes('localnet')) await startService('localnet')
    if (setup) await runSetup()
    await Promise.all(
      instances.filter(({ name }) => name !== 'localnet').map(({ name }) => startService(name)),
    )
  } catch (error) {
    await close()
    throw error
  }

  const at = (scheme, variable) => `${scheme}://${host}:${environment[variable]}`
  return {
    urls: {
      gateway: at('http', 'GATEWAY_PORT'),
      notifier: at('http', 'NOTIFIER_PORT'),
      stream: at('ws', 'NOTIFIER_PORT'),
      'dex-router': at('http', 'DEX_ROUTER_PORT'),
      'order-worker': at('http', 'ORDER_WORKER_PORT'),
      rpc: environment.CHAIN_RPC_URL,
      rpcWs: environment.CHAIN_WS_URL,
      control: environment.VENUE_API_URL,
      database: environment.DATABASE_URL,
      redis: environment.REDIS_URL,
    },
    /** `http://host:port` where a process serves health and metrics (the gateway and notifier everything). */
    address: addressOf,
    apiKey: environment.BOOTSTRAP_API_KEY,
    env: environment,
    running: (name) => childOf(name).running(),
    pid: (name) => childOf(name).pid,
    logTail: (name, lines) => childOf(name).logTail(lines),
    /** Sends a signal and, unless it is one that leaves the process alive, waits for its end. */
    async kill(name, how = 'SIGKILL') {
      if (how === 'SIGSTOP' || how === 'SIGCONT') childOf(name).kill(how)
      else if (name in backing) await backing[name].crash()
      else await stopService(name, how)
    },
    async stop(name) {
      await (name in backing ? backing[name].stop() : stopService(name))
    },
    async restart(name) {
      if (name in backing) {
        await backing[name].start()
        return say(name, 'ready')
      }
      if (childOf(name).running()) await stopService(name)
      await startService(name)
    },
    adopt: children.adopt,
    close,
  }
}

async function backPostgres({ env, root, dataDir, say, signal, ...how }) {
  if (env.DATABASE_URL) {
    await checkGivenPostgres(env.DATABASE_URL)
    say('postgres', 'using DATABASE_URL')
    return { url: env.DATABASE_URL }
  }
  const server = await startPostgres({ root, place: join(dataDir, 'postgres'), signal, ...how })
  await createDatabase(server.url('postgres'), 'fillstream')
  say('postgres', 'ready')
  return { url: server.url('fillstream'), server }
}

async function backRedis({ env, root, dataDir, say, signal, ...how }) {
  const given =
    env.REDIS_URL ?? (env.REDIS_HOST ? `redis://${env.REDIS_HOST}:${env.REDIS_PORT ?? 6379}` : undefined)
  if (given) {
    await checkGivenRedis(given, env.REDIS_URL ? 'REDIS_URL' : 'REDIS_HOST')
    say('redis', `using ${env.REDIS_URL ? 'REDIS_URL' : 'REDIS_HOST'}`)
    return { url: given }
  }
  const place = join(dataDir, 'redis')
  const server = await startRedis({ root, place, signal, say: (text) => say('redis', text), ...how })
  say('redis', 'ready')
  return { url: server.url, server }
}
