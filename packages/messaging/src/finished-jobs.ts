import { finishedJobsKey, shardOf } from '@fillstream/types'
import { startLoop, type Clock } from '@fillstream/runtime'
import { type Redis } from 'ioredis'

/** Counts the jobs that this process has finished into Redis, for who measures how fast the queue is worked off. */
export interface FinishedJobs {
  add(accountId: string): void
  /** Tells what has not been told yet. */
  close(): Promise<void>
}

const INTERVAL_MS = 1_000
/** The counter outlives a restart of all workers, and not the deployment. */
const TTL_SECONDS = 3_600

/**
 * One increment a second for each partition in which something was finished. What Redis doesn't take is told the next time;
 * what it took without an answer may be told twice, which a rate can bear.
 */
export function createFinishedJobs(
  redis: Redis,
  { prefix, shards }: { readonly prefix: string; readonly shards: number },
  clock: Clock,
): FinishedJobs {
  const untold = new Map<number, number>()

  async function tell(): Promise<void> {
    await Promise.all(
      [...untold].map(async ([shard, count]) => {
        const key = finishedJobsKey(prefix, shard)
        const results = await redis.multi().incrby(key, count).expire(key, TTL_SECONDS).exec()
        const failed = results?.find(([error]) => error)
        if (failed) throw failed[0] as Error
        const more = (untold.get(shard) ?? 0) - count
        if (more > 0) untold.set(shard, more)
        else untold.delete(shard)
      }),
    )
  }

  const loop = startLoop(clock, INTERVAL_MS, tell, () => undefined)
  return {
    add(accountId) {
      const shard = shardOf(accountId, shards)
      untold.set(shard, (untold.get(shard) ?? 0) + 1)
    },
    async close() {
      await loop.stop()
      await tell().catch(() => undefined)
    },
  }
}
