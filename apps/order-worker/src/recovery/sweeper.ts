import { startLoop, type Loop } from '@fillstream/runtime'
import { type Engine } from '../engine'

const LIMIT = 1_000

/**
 * Queues what Postgres says is unfinished and nobody has touched for a while: jobs lost with Redis, or with a worker.
 * Every copy sweeps; a job that is still there under its id is left as it is.
 */
export function startSweeper(engine: Engine): Loop {
  const { config, events } = engine
  async function turn(): Promise<void> {
    const due = await engine.store.work.dueOrders(LIMIT, config.SWEEP_IDLE_MS)
    if (due.length === 0) return
    engine.checkpoint('sweep.before')
    await engine.queue.requeue(due.map(({ id, accountId, lastSeq }) => ({ orderId: id, accountId, lastSeq })))
    engine.checkpoint('sweep.enqueued')
    events.ordersRequeued(due.length)
  }
  return startLoop(engine.clock, config.SWEEP_INTERVAL_MS, turn, (error) =>
    events.loopFailed('the sweeper', error),
  )
}
