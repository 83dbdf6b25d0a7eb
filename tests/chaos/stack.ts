import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ServiceName, type StackUrls } from '../support/stack'
import { createNetwork, type Network } from './network'

export const COPIED = ['gateway', 'order-worker', 'dex-router', 'notifier'] as const
export const SERVICE_COPIES = COPIED.flatMap((service) => [service, `${service}-2`])

/** What the launcher of the stack offers (scripts/lib/stack.mjs). */
export interface Launched {
  readonly urls: StackUrls
  readonly apiKey: string
  readonly env: Readonly<Record<string, string>>
  address(name: string): string
  pid(name: string): number
  running(name: string): boolean
  logTail(name: string, lines?: number): string
  kill(name: string, how?: NodeJS.Signals): Promise<void>
  stop(name: string): Promise<void>
  restart(name: string): Promise<void>
  close(): Promise<void>
}

/** The whole engine under test: two copies of each service, each with its own network. */
export interface ChaosStack extends Launched {
  readonly dataDir: string
  readonly network: Network
  /** Processes that ended though nobody had asked them to. */
  readonly deaths: { readonly name: string; readonly outcome: string }[]
  /** Sets the wall clock of one process off by so many ms. */
  setClock(name: string, offsetMs: number): void
  readonly root: string
}

const ROOT = resolve(__dirname, '../..')

/** A network in a hurry, short locks and leases: what takes half a minute in production takes seconds. */
const SETTINGS: Readonly<Record<string, string>> = {
  SIM_SLOT_MS: '50',
  SIM_CONFIRM_DELAY_MS: '40-200',
  SIM_LAUNCH_EVERY_MS: '0',
  SIM_QUOTE_DELAY_MS: '10',
  DEMO_MODE: 'false',
  DRAIN_MS: '500',
  WORKER_LOCK_MS: '2000',
  ATTEMPT_LEASE_MS: '2000',
  SWEEP_IDLE_MS: '1000',
  SWEEP_INTERVAL_MS: '200',
  WATCH_INTERVAL_MS: '50',
  RESEND_INTERVAL_MS: '500',
  RETRY_BASE_MS: '100',
  RETRY_MAX_MS: '1000',
  QUOTE_TIMEOUT_MS: '1500',
  VENUE_TIMEOUT_MS: '1000',
  BOOK_STALE_MS: '1500',
  CHAIN_RETRY_MAX_MS: '500',
  STREAM_CHECK_MS: '500',
  STREAM_HEARTBEAT_MS: '1000',
  STREAM_PONG_TIMEOUT_MS: '3000',
  STREAM_MAX_CONNECTIONS_PER_ACCOUNT: '1000',
  RATE_LIMIT_REQUESTS_PER_SECOND: '100000',
  RATE_LIMIT_ORDERS_PER_SECOND: '100000',
  DATABASE_POOL_SIZE: '8',
}

export interface StackOptions {
  readonly seed: string
  readonly withoutFence: boolean
  /** Over the settings of a network in a hurry. */
  readonly env?: Readonly<Record<string, string>>
  /** Called with the folder that Postgres's data will lie below, before it is made. */
  readonly beforeStart?: (dataDir: string) => void
  readonly say: (subject: string, text: string) => void
}

export async function startChaosStack(options: StackOptions): Promise<ChaosStack> {
  const launcher = (await import(`${ROOT}/scripts/lib/stack.mjs`)) as {
    startStack(options: object): Promise<Launched>
  }
  const { freePorts } = (await import(`${ROOT}/scripts/lib/ports.mjs`)) as {
    freePorts(count: number): Promise<number[]>
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'fillstream-chaos-'))
  options.beforeStart?.(dataDir)
  const clocks = join(dataDir, 'clocks')
  mkdirSync(clocks)
  const network = createNetwork()
  const deaths: ChaosStack['deaths'] = []
  const [replicaPort] = await freePorts(1)

  const launched = await launcher.startStack({
    root: ROOT,
    dataDir,
    ports: 'free',
    throwAway: true,
    copies: Object.fromEntries(COPIED.map((service) => [service, 2])),
    env: {
      ...passedOn(),
      ...SETTINGS,
      ...options.env,
      SIM_SEED: options.seed,
      KEY_PREFIX: 'chaos',
      LOCALNET_REPLICA_PORT: String(replicaPort),
    },
    entries: options.withoutFence
      ? { 'order-worker': join(__dirname, 'mains/unfenced-order-worker.cjs') }
      : {},
    async environmentFor(process: {
      name: string
      service: ServiceName
      environment: Record<string, string>
    }) {
      if (!(COPIED as readonly string[]).includes(process.service)) return {}
      const { CHAIN_RPC_URL: rpc = '' } = process.environment
      const both = `${rpc},http://127.0.0.1:${replicaPort}`
      return {
        ...(await network.environmentOf(process.name, { ...process.environment, CHAIN_RPC_URL: both })),
        NODE_OPTIONS: `--require=${join(__dirname, 'mains/clock.cjs')}`,
        CHAOS_CLOCK_FILE: join(clocks, process.name),
      }
    },
    say: options.say,
    onExit: (name: string, outcome: { code: number | null; signal: string | null }) =>
      deaths.push({ name, outcome: outcome.signal ?? `exit code ${outcome.code}` }),
  })
  return {
    ...launched,
    root: ROOT,
    dataDir,
    network,
    deaths,
    setClock(name, offsetMs) {
      writeFileSync(join(clocks, name), String(offsetMs))
      if (launched.running(name)) process.kill(launched.pid(name), 'SIGUSR2')
    },
    async close() {
      await launched.close()
      await network.close()
    },
  }
}

/** Removes what a stack has left on disk. */
export async function removeStack({ dataDir, root }: Pick<ChaosStack, 'dataDir' | 'root'>): Promise<void> {
  const { removeRunFolder } = (await import(`${root}/scripts/lib/run-folder.mjs`)) as {
    removeRunFolder(folder: string): void
  }
  removeRunFolder(dataDir)
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LOG_LEVEL'].flatMap((name) =>
      process.env[name] ? [[name, process.env[name]]] : [],
    ),
  )
}
