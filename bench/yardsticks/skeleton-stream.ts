import { type Redis } from 'ioredis'
import { type Step } from './skeleton-store'

export const streamOf = (prefix: string) => `${prefix}-skeleton-events`

/** Tells committed steps by one pipeline, an entry each. */
export function createTeller(redis: Redis, prefix: string) {
  return (steps: readonly Step[]): void => {
    const pipeline = redis.pipeline()
    for (const step of steps)
      pipeline.xadd(
        streamOf(prefix),
        'MAXLEN',
        '~',
        100_000,
        '*',
        'e',
        JSON.stringify({ ...step, at: new Date() }),
      )
    void pipeline.exec()
  }
}
