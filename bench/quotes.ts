import { randomUUID } from 'node:crypto'
import { createRpcClient } from '@fillstream/messaging'
import { createLogger, systemClock, systemIds } from '@fillstream/runtime'
import { DEX_ROUTER, dexRouterOperations } from '@fillstream/types'
import { createTestRedis } from '../tests/support/redis'
import { startEngine } from './measure/engine'
import { MINTS } from './measure/placing'
import { inMs, percentile, perSecond, report, type Row } from './measure/report'
import { runRounds, type Contestant, type Figures } from './measure/rounds'
import { closeAll, readArguments, runBench } from './measure/run-bench'
import { startYardstick } from './measure/yardstick'
import { createBareClient } from './yardsticks/bare-rpc'
import { ECHO, echoOperations } from './yardsticks/echo-operation'

/*
 * Request and reply over Redis streams beside a bare echo by XADD and XREAD, and a real quote of dex-router (its venues answer at
 * once). `pnpm bench quotes [calls] [rounds]`
 */
const TOGETHER = 64
const TIMEOUT_MS = 10_000

type Ask = (n: number) => Promise<unknown>

async function main(): Promise<void> {
  const { calls, rounds } = readArguments({
    calls: { full: 20_000, quick: 5_000 },
    rounds: { full: 3, quick: 2 },
  })
  const open: { close(): Promise<void> }[] = []
  const deps = {
    clock: systemClock,
    ids: systemIds,
    logger: createLogger({ service: 'bench', level: 'error' }),
  }
  try {
    const redis = createTestRedis()
    open.push({ close: () => redis.clear() })
    const bus = { redisUrl: redis.url, prefix: redis.keyPrefix }
    const server = await startYardstick('echo', {
      DATABASE_URL: 'none',
      REDIS_URL: redis.url,
      KEY_PREFIX: redis.keyPrefix,
    })
    open.push({ close: () => server.stop() })
    const bare = createBareClient(bus)
    open.push(bare)
    const client = createRpcClient(bus, deps)
    open.push(client)
    const echo = client.to(ECHO, echoOperations)
    const stack = await startEngine({ services: ['localnet', 'dex-router'] })
    open.push(stack)
    const quoter = createRpcClient({ redisUrl: stack.urls.redis, prefix: stack.keyPrefix }, deps)
    open.push(quoter)
    const router = quoter.to(DEX_ROUTER, dexRouterOperations)

    // About as much as is asked for a quote.
    const text = JSON.stringify({ ...MINTS, swapMode: 'ExactIn', amount: '10000000', orderId: randomUUID() })
    const contestants = [
      contestant('bare', calls, () => bare.ask(text)),
      contestant('rpc', calls, () => echo.call('echo', { text }, TIMEOUT_MS)),
      contestant('quote', Math.ceil(calls / 8), (n) =>
        router.call('quote', { ...MINTS, swapMode: 'ExactIn', amount: String(10_000_000 + n) }, TIMEOUT_MS),
      ),
    ]
    for (const { run } of contestants) await run()
    const found = await runRounds(contestants, rounds)
    const floor = { contestant: 'bare', name: 'bare XADD, XREAD' }
    const rows = (name: string, what: string, targets: boolean): Row[] => [
      found.beside(`${what}, ${TOGETHER} at a time`, 'perSecond', name, floor, {
        format: perSecond,
        ...(targets && { atLeast: 0.7 }),
      }),
      found.beside(`${what}, one at a time, p50`, 'p50', name, floor, {
        format: inMs,
        ...(targets && { atMost: 1.5 }),
      }),
      found.beside(`${what}, one at a time, p99`, 'p99', name, floor, { format: inMs }),
    ]
    report('quotes', [
      ...rows('rpc', 'request and reply', true),
      ...rows('quote', 'quote of dex-router', false),
    ])
  } finally {
    await closeAll(open)
  }
}

/** Calls together for the rate, then a tenth as many one by one for the latency. */
function contestant(name: string, calls: number, ask: Ask): Contestant {
  return {
    name,
    async run(): Promise<Figures> {
      const began = performance.now()
      let next = 0
      const caller = async () => {
        for (let n = next++; n < calls; n = next++) await ask(n)
      }
      await Promise.all(Array.from({ length: TOGETHER }, caller))
      const seconds = (performance.now() - began) / 1_000
      const latencies: number[] = []
      for (let n = 0; n < calls / 10; n += 1) {
        const asked = performance.now()
        await ask(n)
        latencies.push(performance.now() - asked)
      }
      return { perSecond: calls / seconds, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
    },
  }
}

runBench(main)
