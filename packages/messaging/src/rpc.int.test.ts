import { requestStream } from '@fillstream/types'
import { createRedis, createLogger, redisReady, systemClock, systemIds } from '@fillstream/runtime'
import { z } from 'zod'
import { createRpcClient } from './rpc-client'
import { startRpcServer, type RpcServer } from './rpc-server'

const redisUrl = process.env['TEST_REDIS_URL'] as string
const prefix = `test-rpc-${systemIds.uuid()}`
const deps = {
  clock: systemClock,
  ids: systemIds,
  logger: createLogger({ service: 'test', level: 'silent' }),
}
const operations = {
  double: { request: z.object({ n: z.number() }), reply: z.object({ n: z.number() }) },
  refuse: { request: z.object({}), reply: z.object({}) },
}
const redis = createRedis(redisUrl, 'producer', deps.logger)
const client = createRpcClient({ redisUrl, prefix }, deps)
const caller = client.to('doubler', operations)
const handled: number[] = []

const servers: RpcServer[] = []

function serve(parts = deps): void {
  const server = startRpcServer(
    { redisUrl, prefix, service: 'doubler' },
    operations,
    {
      double: ({ n }) => {
        handled.push(n)
        return Promise.resolve({ n: 2 * n })
      },
      refuse: () => Promise.reject(Object.assign(new Error('no way there'), { code: 'NO_ROUTE' })),
    },
    parts,
  )
  servers.push(server)
}

afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

beforeAll(() => redisReady(redis))
afterAll(async () => {
  await client.close()
  redis.disconnect()
})

test('many requests at once are each answered with their own answer, by two copies together', async () => {
  serve()
  serve()
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => caller.call('double', { n }, 5_000)),
  )
  expect(answers.map(({ n }) => n)).toEqual(Array.from({ length: 200 }, (_, n) => 2 * n))
  expect(handled).toHaveLength(200)
})

test('an error comes back with its code', async () => {
  serve()
  await expect(caller.call('refuse', {}, 5_000)).rejects.toMatchObject({ name: 'RpcError', code: 'NO_ROUTE' })
})

test('nobody there: unavailable at the deadline; and the request that expired is never worked on', async () => {
  handled.length = 0
  await expect(caller.call('double', { n: -1 }, 50)).rejects.toMatchObject({ name: 'RpcUnavailableError' })
  serve()
  expect(await caller.call('double', { n: 7 }, 5_000)).toEqual({ n: 14 })
  expect(handled).toEqual([7])
})

test('a copy whose clock is an hour ahead, or behind, answers all the same', async () => {
  for (const hours of [1, -1]) {
    const clock = { ...systemClock, now: () => systemClock.now() + hours * 3_600_000 }
    serve({ ...deps, clock })
    expect(await caller.call('double', { n: hours }, 5_000)).toEqual({ n: 2 * hours })
    await Promise.all(servers.splice(0).map((server) => server.close()))
  }
})

test('a Redis that lost everything is served again without a restart', async () => {
  serve()
  await caller.call('double', { n: 1 }, 5_000)
  await redis.del(requestStream(prefix, 'doubler'))
  expect(await caller.call('double', { n: 21 }, 5_000)).toEqual({ n: 42 })
})
