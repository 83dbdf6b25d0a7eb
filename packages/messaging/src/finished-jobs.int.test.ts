import { createLogger, createRedis, redisReady, systemClock, systemIds } from '@fillstream/runtime'
import { createFinishedJobs } from './finished-jobs'
import { createOrdersQueue } from './orders-queue'

const redisUrl = process.env['TEST_REDIS_URL'] as string
const logger = createLogger({ service: 'test', level: 'silent' })
const config = { redisUrl, prefix: `test-finished-${systemIds.uuid()}`, shards: 3 }

test('what several copies have finished in all partitions is one sum, told while they run and at their end', async () => {
  const redis = createRedis(redisUrl, 'producer', logger)
  await redisReady(redis)
  const queue = createOrdersQueue(config, logger)
  const copies = [0, 1].map(() => createFinishedJobs(redis, config, systemClock))
  expect(await queue.load()).toEqual({ waiting: 0, running: 0, finished: 0 })
  for (let i = 0; i < 20; i++) for (const copy of copies) copy.add(systemIds.uuid())
  while ((await queue.load()).finished < 40) await systemClock.sleep(20)
  copies[0]?.add(systemIds.uuid())
  await Promise.all(copies.map((copy) => copy.close()))
  expect((await queue.load()).finished).toBe(41)
  await queue.close()
  redis.disconnect()
})
