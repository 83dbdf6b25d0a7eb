import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { startStack, type ServiceName, type Stack, type StackOptions } from '../../tests/support/stack'
import { usageOf, type Usage } from './usage'

/** What a bench changes of the defaults: nothing refuses what it measures, and nothing is drawn by lot. */
const SETTINGS: Readonly<Record<string, string>> = {
  SIM_SLOT_MS: '400',
  SIM_CONFIRM_DELAY_MS: '0',
  SIM_QUOTE_DELAY_MS: '0',
  SIM_LAUNCH_EVERY_MS: '0',
  LOG_LEVEL: 'info',
  RATE_LIMIT_REQUESTS_PER_SECOND: '100000',
  RATE_LIMIT_ORDERS_PER_SECOND: '100000',
  MAX_QUEUE_DEPTH: '1000000',
  MAX_QUEUE_SECONDS: '100000',
  STREAM_MAX_CONNECTIONS_PER_ACCOUNT: '100000',
}

/** order-worker on a chain that lands everything at once: the VM of localnet is out of the way. */
const INSTANT = { 'order-worker': resolve(__dirname, '../dist/mains/instant-order-worker.js') }

export const SERVICES: readonly ServiceName[] = [
  'gateway',
  'order-worker',
  'dex-router',
  'notifier',
  'localnet',
]

/** Starts all services with a database and keys of their own. */
export function startEngine(
  options: StackOptions & { readonly chain?: 'instant' | 'localnet' } = {},
): Promise<Stack> {
  return startStack({
    ...options,
    ...profiling({ ...SETTINGS, ...options.env }),
    ...(options.chain === 'instant' ? { entries: { ...INSTANT, ...options.entries } } : {}),
  })
}

/** BENCH_PROFILE names a folder: every service leaves a CPU profile there, and its log in `logs`. */
function profiling(env: Readonly<Record<string, string>>): Pick<StackOptions, 'env' | 'logs'> {
  const named = process.env['BENCH_PROFILE']
  if (!named) return { env }
  const folder = resolve(named)
  mkdirSync(folder, { recursive: true })
  const NODE_OPTIONS = `--require ${resolve(__dirname, '../dist/mains/profiled.js')}`
  return { env: { NODE_OPTIONS, BENCH_PROFILE: folder, ...env }, logs: join(folder, 'logs') }
}

/** What each service has used so far, and Postgres and Redis where they are the bench's own. */
export async function usageByService(stack: Stack): Promise<ReadonlyMap<string, Usage>> {
  const pids = await Promise.all(SERVICES.map(async (name) => [name, await stack.pid(name)] as const))
  return new Map([...pids.map(([name, pid]) => [name, usageOf(pid)] as const), ...usageOfBacking()])
}

export function usageOfBacking(): (readonly [name: string, usage: Usage])[] {
  return ['postgres', 'redis'].flatMap((name) => {
    const pid = Number(process.env[`BENCH_${name.toUpperCase()}_PID`])
    return pid > 0 ? [[name, usageOf(pid)] as const] : []
  })
}
