/**
 * The processes of a stack. `ports` are the variables that name what it listens on, `health` the one that serves
 * /readyz; `rank` is the order of stopping: those who take work first, the chain they work on last.
 */
export const SERVICES = {
  localnet: {
    entry: 'apps/localnet/dist/main.js',
    ports: { LOCALNET_PORT: 8899, LOCALNET_WS_PORT: 8900, LOCALNET_CONTROL_PORT: 8898 },
    health: 'LOCALNET_CONTROL_PORT',
    rank: 4,
  },
  'dex-router': {
    entry: 'apps/dex-router/dist/main.js',
    ports: { DEX_ROUTER_PORT: 3002 },
    health: 'DEX_ROUTER_PORT',
    rank: 3,
  },
  'order-worker': {
    entry: 'apps/order-worker/dist/main.js',
    ports: { ORDER_WORKER_PORT: 3003 },
    health: 'ORDER_WORKER_PORT',
    rank: 2,
  },
  gateway: {
    entry: 'apps/gateway/dist/main.js',
    ports: { GATEWAY_PORT: 3000 },
    health: 'GATEWAY_PORT',
    rank: 1,
  },
  notifier: {
    entry: 'apps/notifier/dist/main.js',
    ports: { NOTIFIER_PORT: 3001 },
    health: 'NOTIFIER_PORT',
    rank: 2,
  },
}
export const ALL_SERVICES = Object.keys(SERVICES)

/** Migrates, makes the first account with its key, funds its wallet; does nothing where that is done. */
export const SETUP_ENTRY = 'apps/order-worker/dist/setup.js'
export const MIGRATE_ENTRY = 'prisma/dist/migrate.js'

/** Only these processes are told the secrets. */
const SECRETS = {
  WALLET_MASTER_KEY: ['order-worker', 'setup'],
  WALLET_MASTER_KEY_FILE: ['order-worker', 'setup'],
  BOOTSTRAP_API_KEY: ['setup'],
  BOOTSTRAP_API_KEY_FILE: ['setup'],
}

/** The variables that say where everything is, for these ports. */
export function addressesFor(ports, host = '127.0.0.1') {
  const given = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]))
  return {
    ...given,
    CHAIN_RPC_URL: `http://${host}:${ports.LOCALNET_PORT}`,
    CHAIN_WS_URL: `ws://${host}:${ports.LOCALNET_WS_PORT}`,
    VENUE_API_URL: `http://${host}:${ports.LOCALNET_CONTROL_PORT}`,
  }
}

/** What one process is given: everything but the secrets of others. */
export function environmentOf(name, environment) {
  const hidden = Object.keys(SECRETS).filter((secret) => !SECRETS[secret].includes(name))
  return Object.fromEntries(Object.entries(environment).filter(([variable]) => !hidden.includes(variable)))
}

/**
 * With which a process runs, here and in its image. An order leaves much behind that is garbage a moment later: with V8's usual 16 MB for
 * the young, a seventh of the time goes into collecting it. The notifier handles no orders and does as well with 16; what thousands of
 * handshakes leave behind is collected when the heap has grown by 70 % instead of to a multiple (docs/performance.md).
 */
export function nodeFlagsOf(name) {
  return [
    '--enable-source-maps',
    name === 'notifier' ? '--heap-growing-percent=70' : '--max-semi-space-size=32',
  ]
}

/**
 * The notifier's malloc, here and in its image: what is free goes back to the system. By itself glibc keeps an arena for each thread and
 * lets its threshold grow, so that what was needed once stays for ever.
 */
export function mallocOf(name) {
  return name === 'notifier' ? { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' } : {}
}
