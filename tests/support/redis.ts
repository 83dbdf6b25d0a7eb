import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { testVariable } from './database'

export interface TestRedis {
  readonly url: string
  /** Begins every key of this test file. */
  readonly keyPrefix: string
  /** Removes every key of this test file. */
  clear(): Promise<void>
}

/** The tests' Redis with a key prefix of this test file's own. Needs TEST_REDIS_URL (`npm test` sets it). */
export function createTestRedis(): TestRedis {
  const url = testVariable('TEST_REDIS_URL')
  const keyPrefix = `test-${randomBytes(6).toString('hex')}`
  return { url, keyPrefix, clear: () => removeKeys(url, keyPrefix) }
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    let cursor = '0'
    do {
      // A cluster hash tag may stand around or before the prefix.
      const [next, keys] = await redis.scan(cursor, 'MATCH', `*${prefix}*`, 'COUNT', 1_000)
      if (keys.length > 0) await redis.unlink(...keys)
      cursor = next
    } while (cursor !== '0')
  } finally {
    redis.disconnect()
  }
}
