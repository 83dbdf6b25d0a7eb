import {
  finishedJobsKey,
  orderJobId,
  orderJobSchema,
  ORDERS_QUEUE,
  shardOf,
  type OrderJob,
} from '@fillstream/types'
import { createRedis, type Clock, type Logger } from '@fillstream/runtime'
import { DelayedError, Queue, Worker, type Job } from 'bullmq'
import { type Redis } from 'ioredis'

/** How long a queue or worker that closes waits for its running jobs, and for a Redis that may be away. */
const CLOSE_PATIENCE_MS = 4_000

/** Waits for `work` to end, however it ends, but no longer than `ms`. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([work.catch(() => undefined), late])
  clearTimeout(timer)
}

export interface OrdersQueueConfig {
  readonly redisUrl: string
  readonly prefix: string
  readonly shards: number
}

/** Each partition has a hash tag of its own, so that a Redis Cluster can spread them. */
function queuePrefix({ prefix }: OrdersQueueConfig, shard: number): string {
  return `{${prefix}-queue-${shard}}`
}

export interface QueuedOrder {
  readonly orderId: string
  readonly accountId: string
  readonly lastSeq: number
  readonly delayMs?: number
}

/** Jobs, as counted at one moment. */
export interface QueueLoad {
  readonly waiting: number
  readonly running: number
  /** A counter that only rises, until Redis is emptied. */
  readonly finished: number
}

/** The sending side of the `orders` queue. Fails fast while Redis is away. */
export interface OrdersQueue {
  /** Queues orders at the step they stand at; one whose step is queued already is left as it is. */
  enqueue(orders: readonly QueuedOrder[]): Promise<void>
  /**
   * Queues those of the orders that have no job, which have been due for a while by the clock of Postgres. A job that waits for
   * the time that its sender's clock named does not wait any longer; one that waits its turn is left alone, which costs one
   * look at it. Resolves with how many were helped.
   */
  requeue(orders: readonly QueuedOrder[]): Promise<number>
  /** What there is to do and what was done, over all partitions. */
  load(): Promise<QueueLoad>
  close(): Promise<void>
}

/**
 * @param shared a producer's connection that sends other things too, such as the news of the same orders: they leave together, in their
 * order. Left out: one of the queue's own.
 */
export function createOrdersQueue(config: OrdersQueueConfig, logger: Logger, shared?: Redis): OrdersQueue {
  const connection = shared ?? createRedis(config.redisUrl, 'producer', logger)
  const queues = Array.from({ length: config.shards }, (_, shard) => {
    const queue = new Queue<OrderJob>(ORDERS_QUEUE, {
      connection,
      prefix: queuePrefix(config, shard),
      skipVersionCheck: true,
    })
    queue.on('error', (error) => logger.debug('orders queue', { error }))
    return queue
  })
  async function forEachPartition(
    orders: readonly QueuedOrder[],
    work: (queue: Queue<OrderJob>, mine: readonly QueuedOrder[]) => Promise<unknown>,
  ): Promise<void> {
    await Promise.all(
      queues.map(async (queue, shard) => {
        const mine = orders.filter((order) => shardOf(order.accountId, config.shards) === shard)
        if (mine.length > 0) await work(queue, mine)
      }),
    )
  }
  const jobOf = ({ orderId, accountId, lastSeq, delayMs = 0 }: QueuedOrder) => ({
    name: 'execute',
    data: { orderId, accountId },
    // A job that stays under its id after its end would swallow every later enqueue of the same step.
    opts: { jobId: orderJobId(orderId, lastSeq), removeOnComplete: true, removeOnFail: true, delay: delayMs },
  })
  const add = async (queue: Queue<OrderJob>, orders: readonly QueuedOrder[]): Promise<void> => {
    const [job, ...others] = orders.map(jobOf)
    if (job === undefined) return
    // A pipeline costs more than the one job that it would carry.
    if (others.length === 0) await queue.add(job.name, job.data, job.opts)
    else await queue.addBulk([job, ...others])
  }
  return {
    enqueue: (orders) => forEachPartition(orders, add),
    async requeue(orders) {
      let helped = 0
      await forEachPartition(orders, async (queue, mine) => {
        const delays = await delaysOf(connection, queue, mine)
        const lost = mine.filter((_, i) => delays[i] === null)
        const delayed = mine.filter((_, i) => Number(delays[i]) > 0)
        if (lost.length > 0) await add(queue, lost)
        const ended = await Promise.all(
          delayed.map(({ orderId, lastSeq }) => endDelay(queue, orderJobId(orderId, lastSeq))),
        )
        helped += lost.length + ended.filter((done) => done).length
      })
      return helped
    },
    async load() {
      const counts = await Promise.all(queues.map((queue) => queue.getJobCounts('waiting', 'active')))
      const finished = await Promise.all(
        queues.map((_, shard) => connection.get(finishedJobsKey(config.prefix, shard))),
      )
      const total = (numbers: readonly (number | undefined)[]) =>
        numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0)
      return {
        waiting: total(counts.map((count) => count['waiting'])),
        running: total(counts.map((count) => count['active'])),
        finished: total(finished.map(Number)),
      }
    },
    async close() {
      await atMost(CLOSE_PATIENCE_MS, Promise.all(queues.map((queue) => queue.close())))
      if (connection !== shared) connection.disconnect()
    },
  }
}

/** The delay with which each order's job was last put off; null where there is no job. */
async function delaysOf(
  connection: Redis,
  queue: Queue<OrderJob>,
  orders: readonly QueuedOrder[],
): Promise<readonly (string | null)[]> {
  const pipeline = connection.pipeline()
  for (const { orderId, lastSeq } of orders) pipeline.hget(queue.toKey(orderJobId(orderId, lastSeq)), 'delay')
  const replies = (await pipeline.exec()) ?? []
  return replies.map(([error, delay]) => {
    if (error) throw error
    return delay as string | null
  })
}

async function endDelay(queue: Queue<OrderJob>, jobId: string): Promise<boolean> {
  if ((await queue.getJobState(jobId)) !== 'delayed') return false
  const job = await queue.getJob(jobId)
  // It may have begun by itself meanwhile.
  return (
    (await job?.promote().then(
      () => true,
      () => false,
    )) ?? false
  )
}

export interface OrdersWorkerConfig extends OrdersQueueConfig {
  readonly concurrency: number
  /** A job of a worker that died is taken over after about this long. */
  readonly lockMs: number
}

export interface OrdersWorker {
  /** Takes no further job until `resume`; those that run go on. */
  pause(): void
  resume(): void
  /** Takes no further job and waits for the running ones. */
  close(): Promise<void>
}

/** What a job says at its end: done, or that it wants to run again after a delay. */
export type JobOutcome = { readonly again: false } | { readonly again: true; readonly delayMs: number }

/** The receiving side: `execute` is called at least once for every queued order, never with anything but ids. */
export function createOrdersWorker(
  config: OrdersWorkerConfig,
  execute: (job: OrderJob) => Promise<JobOutcome>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): OrdersWorker {
  async function run(job: Job<OrderJob>, token?: string): Promise<void> {
    const outcome = await execute(orderJobSchema.parse(job.data))
    if (!outcome.again) return
    // The same job goes back: a new one under this step's id would be swallowed while this one exists.
    await job.moveToDelayed(clock.now() + outcome.delayMs, token)
    throw new DelayedError()
  }
  const workers = Array.from({ length: config.shards }, (_, shard) => {
    const connection = createRedis(config.redisUrl, 'worker', logger)
    const worker = new Worker<OrderJob>(ORDERS_QUEUE, run, {
      connection,
      prefix: queuePrefix(config, shard),
      concurrency: config.concurrency,
      lockDuration: config.lockMs,
      stalledInterval: Math.max(500, Math.floor(config.lockMs / 2)),
      maxStalledCount: 1_000_000,
      skipVersionCheck: true,
    })
    worker.on('error', (error) => logger.debug('orders worker', { error }))
    worker.on('failed', (job, error) =>
      logger.warn('job failed; the sweeper will queue the order again', {
        orderId: job?.data.orderId,
        error,
      }),
    )
    return { worker, connection }
  })
  return {
    pause() {
      for (const { worker } of workers)
        worker.pause(true).catch((error: unknown) => logger.debug('orders worker', { error }))
    },
    resume() {
      // It hands its errors to the listener above.
      for (const { worker } of workers) void worker.resume()
    },
    async close() {
      await Promise.all(
        workers.map(async ({ worker, connection }) => {
          // Without Redis a worker waits for ever for its jobs to be told done; they will be run again.
          await atMost(CLOSE_PATIENCE_MS, worker.close())
          connection.disconnect()
        }),
      )
    },
  }
}
