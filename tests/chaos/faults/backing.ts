import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { type ChaosStack } from '../stack'
import { NOTHING_TO_HEAL, startAgain, type Fault } from './fault'

async function withRedis(stack: ChaosStack, work: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(stack.urls.redis, { maxRetriesPerRequest: 3 })
  redis.on('error', () => undefined)
  try {
    await work(redis)
  } finally {
    redis.disconnect()
  }
}

const killed = (
  name: 'redis' | 'postgres',
  meanwhile?: (stack: ChaosStack) => void,
): Omit<Fault, 'name'> => ({
  resource: name,
  holdMs: [0, 2_500],
  async inject({ stack }) {
    await stack.kill(name)
    meanwhile?.(stack)
    return () => startAgain(stack, name)
  },
})

export const BACKING_FAULTS: readonly Fault[] = [
  { name: 'redis.kill', ...killed('redis') },
  {
    name: 'redis.empty',
    ...killed('redis', ({ dataDir }) =>
      rmSync(join(dataDir, 'redis/appendonlydir'), { recursive: true, force: true }),
    ),
  },
  {
    name: 'redis.flush',
    resource: 'redis',
    holdMs: [0, 0],
    async inject({ stack }) {
      await withRedis(stack, (redis) => redis.flushall())
      return NOTHING_TO_HEAL
    },
  },
  { name: 'postgres.kill', ...killed('postgres') },
  {
    name: 'postgres.connections',
    resource: 'postgres',
    holdMs: [0, 0],
    async inject({ stack }) {
      const client = new Client({ connectionString: stack.urls.database })
      client.on('error', () => undefined)
      await client.connect()
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null',
      )
      await client.end()
      return NOTHING_TO_HEAL
    },
  },
]
