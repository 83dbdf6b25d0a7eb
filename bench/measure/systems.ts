import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { createTestDatabase } from '../../tests/support/database'
import { createTestRedis } from '../../tests/support/redis'
import { type Stack, type StackOptions } from '../../tests/support/stack'
import { SKELETON_TABLES } from '../yardsticks/skeleton-store'
import { execute } from './database'
import { startEngine, usageByService, usageOfBacking } from './engine'
import { ENGINE_BODY, YARDSTICK_BODY, type Exchange } from './placing'
import { closeAll } from './run-bench'
import { type LoneChain } from './settling'
import { createTraders, follow } from './traders'
import { usageOf, type Usage } from './usage'
import { startYardstick, type YardstickProcess } from './yardstick'

const ACCOUNTS = 16

/** Something that takes orders and settles them, running. */
export interface System {
  readonly exchange: Exchange
  /** What each of its processes has used so far, and Postgres and Redis where they are the bench's own. */
  usage(): Promise<ReadonlyMap<string, Usage>>
  close(): Promise<void>
}

/** The engine with all its services, and followers of all its traders. */
export async function openEngine(
  options: StackOptions & { readonly chain?: 'instant' | 'localnet' } = {},
): Promise<System & { readonly stack: Stack }> {
  const stack = await startEngine(options)
  try {
    const traders = await createTraders(stack.urls.database, ACCOUNTS)
    const subscription = { type: 'subscribe', channel: 'orders' }
    const followers = await follow(traders, () => `${stack.urls.stream}/v1/stream`, subscription)
    return {
      stack,
      usage: () => usageByService(stack),
      exchange: {
        url: `${stack.urls.gateway}/v1/orders`,
        bodies: [ENGINE_BODY],
        traders,
        followers,
        database: stack.urls.database,
        table: 'orders',
      },
      async close() {
        followers.close()
        await stack.close()
      },
    }
  } catch (error) {
    await stack.close()
    throw error
  }
}

/** Our own services' wiring and durability with no logic inside. */
export function openSkeleton(): Promise<System> {
  return openYardstick('skeleton_orders', ['skeleton-gateway', 'skeleton-worker', 'skeleton-notifier'])
}

/** The skeleton with what an order carries: a quote that is asked for, signatures, the rows of the engine. Still no logic. */
export function openLadenSkeleton(settings: Readonly<Record<string, string>> = {}): Promise<Yardstick> {
  const names = ['skeleton-gateway', 'laden-router', 'laden-worker', 'skeleton-notifier']
  return openYardstick('orders', names, { SKELETON_ROWS: 'full', ...settings })
}

/** The laden skeleton, settling on localnet what was signed ahead. */
export async function openSettlingSkeleton(
  chain: Pick<LoneChain, 'urls' | 'signed'>,
): Promise<
  System & { /** Signs what this many orders will settle. */ signAhead(orders: number): Promise<void> }
> {
  const { rpc, control } = chain.urls
  const system = await openLadenSkeleton({ LADEN_RPC_URL: rpc, LADEN_SUBMIT_URL: `${control}/submit` })
  const folder = mkdtempSync(join(tmpdir(), 'fillstream-bench-'))
  return {
    ...system,
    async signAhead(orders) {
      const file = join(folder, 'signed.json')
      writeFileSync(file, JSON.stringify(await chain.signed(orders)))
      await system.ask('laden-worker', file)
    },
    async close() {
      rmSync(folder, { recursive: true, force: true })
      await system.close()
    },
  }
}

/** The usual way. @param delayMs of its simulated venue, `from-to` */
export function openUsual(delayMs = '0-0'): Promise<System> {
  return openYardstick('orders', ['usual'], { YARDSTICK_DELAY_MS: delayMs })
}

interface Yardstick extends System {
  /** Sends a line to one of its processes and resolves with the answer. */
  ask(name: string, line: string): Promise<string>
}

/** @param names its processes: the first takes the orders, the last holds the sockets */
async function openYardstick(
  table: string,
  names: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Yardstick> {
  const space = await openSpace()
  const processes: YardstickProcess[] = []
  const close = () => closeAll([space, ...processes.map((process) => ({ close: () => process.stop() }))])
  try {
    for (const name of names) processes.push(await startYardstick(name, { ...space.env, ...settings }))
    const [gateway, notifier] = [processes.at(0), processes.at(-1)] as [YardstickProcess, YardstickProcess]
    const traders = await createTraders(space.database, ACCOUNTS)
    const followers = await follow(
      traders,
      ({ accountId }) => `ws://${notifier.address}/?account=${accountId}`,
      null,
    )
    const own = () => processes.map(({ pid }, i) => [names[i] ?? '', usageOf(pid)] as const)
    return {
      usage: () => Promise.resolve(new Map([...own(), ...usageOfBacking()])),
      ask: (name, line) => (processes[names.indexOf(name)] as YardstickProcess).ask(line),
      exchange: {
        url: `http://${gateway.address}/v1/orders`,
        bodies: [YARDSTICK_BODY],
        traders,
        followers,
        database: space.database,
        table,
      },
      async close() {
        followers.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** A database with the tables of the yardsticks, and a part of Redis. */
export interface Space {
  readonly database: string
  /** For the processes of yardsticks. */
  readonly env: Readonly<Record<'DATABASE_URL' | 'REDIS_URL' | 'KEY_PREFIX', string>>
  close(): Promise<void>
}

export async function openSpace(): Promise<Space> {
  const database = await createTestDatabase()
  const redis = createTestRedis()
  const close = async () => {
    await database.drop()
    await redis.clear()
  }
  await execute(database.url, SKELETON_TABLES)
  return {
    database: database.url,
    env: { DATABASE_URL: database.url, REDIS_URL: redis.url, KEY_PREFIX: redis.keyPrefix },
    close,
  }
}

/** BullMQ alone: jobs that do nothing, added here and worked off by another process. */
export interface BareQueue {
  /** Adds jobs, 64 at a time, and waits until they are done. Resolves with jobs a second. */
  work(jobs: number): Promise<number>
  queue: Queue
  worker: YardstickProcess
  close(): Promise<void>
}

export const BARE_JOB = { orderId: 'x'.repeat(36), accountId: 'y'.repeat(36) }

export async function openBareQueue(): Promise<BareQueue> {
  const redis = createTestRedis()
  const worker = await startYardstick('bare-worker', {
    DATABASE_URL: 'none',
    REDIS_URL: redis.url,
    KEY_PREFIX: redis.keyPrefix,
  })
  const connection = new Redis(redis.url)
  const queue = new Queue(`${redis.keyPrefix}-bare`, { connection })
  let total = 0
  return {
    queue,
    worker,
    async work(jobs) {
      const began = performance.now()
      total += jobs
      let next = 0
      await Promise.all(
        Array.from({ length: 64 }, async () => {
          while (next++ < jobs) await queue.add('none', BARE_JOB, { removeOnComplete: true })
        }),
      )
      while (Number((await worker.ask('count')).split(' ')[1]) < total)
        await new Promise((resolve) => setTimeout(resolve, 2))
      return (jobs * 1_000) / (performance.now() - began)
    },
    async close() {
      await worker.stop()
      await queue.close()
      connection.disconnect()
      await redis.clear()
    },
  }
}
