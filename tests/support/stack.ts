import { spawn } from 'node:child_process'
import { basename, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createTestDatabase } from './database'
import { createTestRedis } from './redis'

export type ServiceName = 'localnet' | 'dex-router' | 'order-worker' | 'gateway' | 'notifier'
export type ProcessName = ServiceName | 'postgres' | 'redis'

export interface StackOptions {
  readonly services?: readonly ServiceName[]
  /** Whether to make the first account and fund its wallet, which takes a chain (default true). */
  readonly setup?: boolean
  /** Over the fast settings below. */
  readonly env?: Readonly<Record<string, string>>
  /** Other main files for some services: a test's own, with faults wired in. */
  readonly entries?: Readonly<Partial<Record<ServiceName, string>>>
  /** How many processes of a service, where more than one. */
  readonly copies?: Readonly<Partial<Record<ServiceName, number>>>
  /** A Redis or Postgres of this stack's own, which the test may stop and kill. */
  readonly ownRedis?: boolean
  readonly ownPostgres?: boolean
  /** A folder for the logs of the services, which it replaces (default: by test file, in TEST_LOG_DIR). */
  readonly logs?: string
}

export interface StackUrls {
  readonly gateway: string
  readonly notifier: string
  /** ws:// of the notifier. */
  readonly stream: string
  readonly 'dex-router': string
  readonly 'order-worker': string
  readonly rpc: string
  readonly rpcWs: string
  readonly control: string
  readonly database: string
  readonly redis: string
}

export interface Stack {
  readonly urls: StackUrls
  /** The key of the one account, whose wallet is funded. */
  readonly apiKey: string
  readonly keyPrefix: string
  /** What the processes were started with. */
  readonly env: Readonly<Record<string, string>>
  pid(name: ProcessName): Promise<number>
  logTail(name: ProcessName, lines: number): Promise<string>
  /** Sends a signal (default SIGKILL) and waits for the end of the process; SIGSTOP and SIGCONT leave it alive. */
  kill(name: ProcessName, signal?: NodeJS.Signals): Promise<void>
  /** Orderly stop. */
  stop(name: ProcessName): Promise<void>
  /** Starts it again on its ports with its data, and waits until it is ready. */
  restart(name: ProcessName): Promise<void>
  close(): Promise<void>
}

/** A network in a hurry: what takes seconds by default takes tens of milliseconds. */
export const FAST_SETTINGS: Readonly<Record<string, string>> = {
  SIM_SLOT_MS: '20',
  SIM_CONFIRM_DELAY_MS: '40-100',
  SIM_QUOTE_DELAY_MS: '5',
  SIM_LAUNCH_EVERY_MS: '0',
  SIM_SEED: 'test',
  DEMO_MODE: 'false',
  DRAIN_MS: '0',
}

const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LOG_LEVEL']

interface Ready {
  readonly urls: StackUrls
  readonly apiKey: string
  readonly env: Record<string, string>
}
type Message = { ready?: Ready; failed?: string; id?: number; result?: unknown; error?: string }

/** Starts localnet and the services as processes of their own, on free ports, with a database and key prefix of their own. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const redis = createTestRedis()
  const database = options.ownPostgres ? undefined : await createTestDatabase()
  const cli = resolve(__dirname, '../../scripts/lib/stack-cli.mjs')
  const child = spawn(process.execPath, [cli], { stdio: ['pipe', 'pipe', 'inherit'], env: passedOn() })
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const send = (message: unknown) => child.stdin.write(`${JSON.stringify(message)}\n`)
  child.stdin.on('error', () => {})

  let calls = 0
  const call = <Result>(name: string, ...args: unknown[]): Promise<Result> =>
    new Promise<unknown>((resolveCall, reject) => {
      const id = ++calls
      waiting.set(id, { resolve: resolveCall, reject })
      send({ id, call: name, args })
    }) as Promise<Result>

  const close = async () => {
    child.stdin.end()
    await exited
    await database?.drop()
    if (!options.ownRedis) await redis.clear()
  }

  const ready = new Promise<Ready>((resolveReady, reject) => {
    void exited.then(() => {
      const error = new Error('the launcher of the stack has ended')
      reject(error)
      for (const { reject: rejectCall } of waiting.values()) rejectCall(error)
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Message
      if (message.ready) return resolveReady(message.ready)
      if (message.failed !== undefined) return reject(new Error(message.failed))
      const one = waiting.get(message.id ?? 0)
      waiting.delete(message.id ?? 0)
      if (message.error === undefined) one?.resolve(message.result)
      else one?.reject(new Error(message.error))
    })
  })
  send({
    ...(options.services && { services: options.services }),
    ...(options.entries && { entries: options.entries }),
    ...(options.copies && { copies: options.copies }),
    ...(options.setup !== undefined && { setup: options.setup }),
    keepLogsAs: options.logs ?? logFolder(),
    env: {
      ...passedOn(),
      ...FAST_SETTINGS,
      ...options.env,
      KEY_PREFIX: redis.keyPrefix,
      ...(database && { DATABASE_URL: database.url }),
      ...(options.ownRedis ? {} : { REDIS_URL: redis.url }),
    },
  })
  try {
    const { urls, apiKey, env } = await ready
    return {
      urls,
      apiKey,
      env,
      keyPrefix: redis.keyPrefix,
      pid: (name) => call('pid', name),
      logTail: (name, lines) => call('logTail', name, lines),
      kill: (name, signal = 'SIGKILL') => call('kill', name, signal),
      stop: (name) => call('stop', name),
      restart: (name) => call('restart', name),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  )
}

let stacks = 0

/** Where the logs of this stack are kept: by test file, in TEST_LOG_DIR (`npm test` sets it). */
function logFolder(): string | undefined {
  const folder = process.env['TEST_LOG_DIR']
  // A bench has no test, and no `expect`.
  const file = folder && expect.getState().testPath
  return folder && file ? join(folder, `${basename(file, '.test.ts')}-${++stacks}`) : undefined
}
