import { startLoop, type Loop } from '@fillstream/runtime'
import { type Engine } from '../engine'

const PAGE = 1_000

/**
 * Queues what Postgres says is unfinished and nobody has touched for a while: jobs lost with Redis, or with a worker. Looks at one
 * page a turn, so that a backlog, whose jobs are all there, costs little and hides nothing behind it. Every copy sweeps. During a
 * halt nobody would work on them.
 */
export function startSweeper(engine: Engine): Loop {
  const { config, events, store } = engine
  let after: string | null = null
  async function turn(): Promise<void> {
    if (engine.trading.isHalted()) return
    const due = await store.work.dueOrders(PAGE, config.SWEEP_IDLE_MS, after)
    after = due.length < PAGE ? null : (due.at(-1)?.id ?? null)
    if (due.length === 0) return
    engine.checkpoint('sweep.before')
    const helped = await engine.queue.requeue(
      due.map(({ id, accountId, lastSeq }) => ({ orderId: id, accountId, lastSeq })),
    )
    engine.checkpoint('sweep.enqueued')
    if (helped > 0) events.ordersRequeued(helped)
  }
  return startLoop(engine.clock, config.SWEEP_INTERVAL_MS, turn, (error) =>
    events.loopFailed('the sweeper', error),
  )
}
