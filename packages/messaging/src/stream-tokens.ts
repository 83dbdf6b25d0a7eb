import { createHash } from 'node:crypto'
import { streamTokenKey } from '@fillstream/types'
import { type Redis } from 'ioredis'
import { z } from 'zod'

/** A browser cannot send headers with a WebSocket: it asks for a token first and shows that. */
export interface StreamTokens {
  /** Keeps `token` for `ttlSeconds`, by its hash: who reads Redis cannot use it. Rejects when Redis is away. */
  keep(token: string, owner: StreamTokenOwner, ttlSeconds: number): Promise<void>
  /** Whose token it is; null when it is unknown or has expired. */
  find(token: string): Promise<StreamTokenOwner | null>
}

const ownerSchema = z.object({ accountId: z.uuid() })
export type StreamTokenOwner = z.infer<typeof ownerSchema>

export function createStreamTokens(redis: Redis, prefix: string): StreamTokens {
  const keyOf = (token: string) =>
    streamTokenKey(prefix, createHash('sha256').update(token, 'utf8').digest('hex'))
  return {
    async keep(token, owner, ttlSeconds) {
      await redis.set(keyOf(token), JSON.stringify(owner), 'EX', ttlSeconds)
    },
    async find(token) {
      const text = await redis.get(keyOf(token))
      return text === null ? null : ownerSchema.parse(JSON.parse(text))
    },
  }
}
