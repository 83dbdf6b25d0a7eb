import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { createTestDatabase } from '../tests/support/database'
import { createTestRedis } from '../tests/support/redis'
import { startEngine, usageByService, usageOfBacking } from './measure/engine'
import { postRequest, sendLoad } from './measure/http-load'
import { print, report, type Row } from './measure/report'
import { runRounds, type Contestant } from './measure/rounds'
import { createTraders, follow, type Trader } from './measure/traders'
import { usageOf, usedBetween, type Usage } from './measure/usage'
import { startYardstick, type YardstickProcess } from './measure/yardstick'
import { SKELETON_TABLES } from './yardsticks/skeleton-store'

/*
 * Orders a second from POST to the commit of `confirmed`, against bare BullMQ, the skeleton and the usual way, all in one run on the same
 * Redis and Postgres. The chain of the engine lands at once; the others have none. `pnpm bench pipeline [orders] [rounds]`
 */
const ACCOUNTS = 16
const CONNECTIONS = 64
const BODY = JSON.stringify({ type: 'market', inputMint: 'SOL', outputMint: 'USDC', amount: '10000000' })
const MINTS = {
  SOL: 'So11111111111111111111111111111111111111112',
  USDC: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkTwyTDt1v',
}

interface System extends Contestant {
  /** Statistics as a database has them that has run for a minute: plans made for empty tables would be kept. */
  settle(): Promise<void>
  close(): Promise<void>
}

async function main(): Promise<void> {
  const orders = Number(process.argv[2] ?? 8_000)
  const rounds = Number(process.argv[3] ?? 3)
  const only = process.argv[4]?.split(',')
  const makers: Readonly<Record<string, () => Promise<System>>> = {
    bullmq: () => bare(orders * 2),
    skeleton: () => skeleton(orders),
    usual: () => usual(Math.ceil(orders / 8)),
    engine: () => engine(orders),
  }
  const systems: System[] = []
  try {
    for (const [name, make] of Object.entries(makers))
      if (!only || only.includes(name)) systems.push(await make())
    for (const system of systems) {
      await system.run()
      await system.settle()
    }
    print('warmed up')
    const rates = await runRounds(systems, rounds)
    report('pipeline', rowsOf(rates))
  } finally {
    for (const system of systems) await system.close()
  }
}

function rowsOf(rates: ReadonlyMap<string, number>): Row[] {
  const ours = rates.get('engine') ?? Number.NaN
  const against = (name: string, target: number, what: string): Row[] => {
    const floor = rates.get(name)
    if (floor === undefined) return []
    const ratio = ours / floor
    return [
      {
        what,
        value: `${Math.round(floor)}/s`,
        ratio,
        against: name,
        target: `>= ${target}`,
        met: ratio >= target,
      },
    ]
  }
  return [
    { what: 'engine, POST to confirmed', value: `${Math.round(ours)}/s` },
    ...against('skeleton', 0.75, 'skeleton: our wiring, no logic'),
    ...against('bullmq', 0.25, 'bare BullMQ, add and no-op'),
    ...against('usual', 5, 'the usual way, no delays'),
  ]
}

/** BullMQ alone: added here, 64 at a time, worked off by a process whose jobs do nothing. */
async function bare(jobs: number): Promise<System> {
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
    name: 'bullmq',
    async run() {
      const began = performance.now()
      total += jobs
      let next = 0
      await Promise.all(
        Array.from({ length: 64 }, async () => {
          while (next++ < jobs)
            await queue.add(
              'none',
              { orderId: 'x'.repeat(36), accountId: 'y'.repeat(36) },
              { removeOnComplete: true },
            )
        }),
      )
      while (Number((await worker.ask('count')).split(' ')[1]) < total)
        await new Promise((resolve) => setTimeout(resolve, 2))
      return jobs / ((performance.now() - began) / 1_000)
    },
    settle: () => Promise.resolve(),
    async close() {
      await worker.stop()
      await queue.close()
      connection.disconnect()
      await redis.clear()
    },
  }
}

async function skeleton(orders: number): Promise<System> {
  return yardstick('skeleton', orders, 'skeleton_orders', async (env) => {
    const [gateway, worker, notifier] = await Promise.all(
      ['skeleton-gateway', 'skeleton-worker', 'skeleton-notifier'].map((name) => startYardstick(name, env)),
    )
    return {
      gateway: gateway as YardstickProcess,
      notifier: notifier as YardstickProcess,
      all: [gateway, worker, notifier] as YardstickProcess[],
    }
  })
}

async function usual(orders: number): Promise<System> {
  return yardstick('usual', orders, 'orders', async (env) => {
    const process = await startYardstick('usual', env)
    return { gateway: process, notifier: process, all: [process] }
  })
}

async function yardstick(
  name: string,
  orders: number,
  table: string,
  start: (
    env: Record<string, string>,
  ) => Promise<{ gateway: YardstickProcess; notifier: YardstickProcess; all: readonly YardstickProcess[] }>,
): Promise<System> {
  const database = await createTestDatabase()
  const redis = createTestRedis()
  await execute(database.url, SKELETON_TABLES)
  const { gateway, notifier, all } = await start({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    KEY_PREFIX: redis.keyPrefix,
  })
  const traders = await createTraders(database.url, ACCOUNTS)
  const followers = await follow(
    traders,
    ({ accountId }) => `ws://${notifier.address}/?account=${accountId}`,
    null,
  )
  const body = BODY.replace('SOL', MINTS.SOL).replace('USDC', MINTS.USDC)
  return {
    name,
    async run() {
      const usage = () =>
        new Map([
          ...usageOfBacking(),
          ...all.map(({ pid }, i) => [`${name}-${i + 1}`, usageOf(pid)] as const),
        ])
      const before = usage()
      const rate = await place({
        url: `http://${gateway.address}/v1/orders`,
        database: database.url,
        table,
        traders,
        orders,
        body,
        followers,
      })
      printCost(name, before, usage(), orders)
      return rate
    },
    settle: () => analyze(database.url),
    async close() {
      followers.close()
      for (const one of all) await one.stop()
      await database.drop()
      await redis.clear()
    },
  }
}

async function engine(orders: number): Promise<System> {
  const stack = await startEngine({ chain: 'instant' })
  const traders = await createTraders(stack.urls.database, ACCOUNTS)
  const followers = await follow(traders, () => `${stack.urls.stream}/v1/stream`, {
    type: 'subscribe',
    channel: 'orders',
  })
  return {
    name: 'engine',
    async run() {
      const before = await usageByService(stack)
      const rate = await place({
        url: `${stack.urls.gateway}/v1/orders`,
        database: stack.urls.database,
        table: 'orders',
        traders,
        orders,
        body: BODY,
        followers,
      })
      printCost('engine', before, await usageByService(stack), orders)
      return rate
    },
    settle: () => analyze(stack.urls.database),
    async close() {
      followers.close()
      await stack.close()
    },
  }
}

function printCost(
  name: string,
  before: ReadonlyMap<string, Usage>,
  after: ReadonlyMap<string, Usage>,
  orders: number,
): void {
  const costs = [...after].map(([process, usage]) => {
    const used = usedBetween(before.get(process) ?? usage, usage).cpuSeconds
    return [process, Math.round((used / orders) * 1e6)] as const
  })
  const total = costs.reduce((sum, [, us]) => sum + us, 0)
  print(
    `  ${name}, CPU us an order: ${total} = ${costs.map(([process, us]) => `${process} ${us}`).join(' + ')}`,
  )
}

interface Placing {
  readonly url: string
  readonly database: string
  readonly table: string
  readonly traders: readonly Trader[]
  readonly orders: number
  readonly body: string
  readonly followers: Awaited<ReturnType<typeof follow>>
}

/** Places the orders as fast as 64 connections can and returns orders a second, from the first acceptance to the last commit. */
async function place({ url, database, table, traders, orders, body, followers }: Placing): Promise<number> {
  const requests = traders.map(({ accountId, apiKey }) =>
    postRequest(url, { authorization: `Bearer ${apiKey}`, 'x-account': accountId }, body),
  )
  const reached = followers.reach(followers.confirmed() + orders)
  const since = new Date()
  const { statuses, seconds } = await sendLoad({
    url,
    connections: CONNECTIONS,
    total: orders,
    request: (n) => requests[n % requests.length] as Buffer,
  })
  if (statuses.get(202) !== orders) throw new Error(`not all were accepted: ${JSON.stringify([...statuses])}`)
  await reached
  const [row] = await execute<{ took: number; ended: string }>(
    database,
    `SELECT extract(epoch FROM max(ended_at) - min(created_at))::float AS took, count(ended_at) AS ended FROM ${table} WHERE created_at >= $1`,
    [since],
  )
  if (row === undefined || Number(row.ended) < orders)
    throw new Error(`${row?.ended} of ${orders} have ended`)
  print(`    accepted ${Math.round(orders / seconds)}/s, confirmed ${Math.round(orders / row.took)}/s`)
  return orders / row.took
}

async function analyze(url: string): Promise<void> {
  await execute(url, 'ANALYZE')
}

async function execute<Row>(url: string, text: string, values?: unknown[]): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, values)).rows as Row[]
  } finally {
    await client.end()
  }
}

void main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`)
    process.exit(1)
  },
)
