import { createHash } from 'node:crypto'
import { type Redis } from 'ioredis'

/** Runs a Lua script. Rejects as the script does, and while Redis is away. */
export type RunScript = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>

/** A script that goes by its digest: whole, it would be sent and read anew each time. A Redis that began anew is told it again. */
export function createScript(redis: Redis, text: string): RunScript {
  const digest = createHash('sha1').update(text).digest('hex')
  return async (keys, args) => {
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return redis.eval(text, keys.length, ...keys, ...args)
    }
  }
}
