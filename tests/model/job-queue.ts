import { type JobOutcome, type OrdersQueue, type QueuedOrder, type QueueLoad } from '@fillstream/messaging'
import { orderJobId } from '@fillstream/types'

/** A job in the queue, and the processes that run it: several where it was delivered twice. */
export interface QueuedJob {
  readonly id: string
  readonly orderId: string
  readonly runs: string[]
}

/** The orders queue as a transport that may deliver twice, at any time, and lose everything. */
export class JobQueue implements OrdersQueue {
  private readonly jobs = new Map<string, QueuedJob>()

  enqueue(orders: readonly QueuedOrder[]): Promise<void> {
    for (const { orderId, lastSeq } of orders) {
      const id = orderJobId(orderId, lastSeq)
      if (!this.jobs.has(id)) this.jobs.set(id, { id, orderId, runs: [] })
    }
    return Promise.resolve()
  }

  async requeue(orders: readonly QueuedOrder[]): Promise<number> {
    const before = this.jobs.size
    await this.enqueue(orders)
    return this.jobs.size - before
  }

  load(): Promise<QueueLoad> {
    return Promise.resolve({ waiting: this.waiting().length, running: this.running().length, finished: 0 })
  }

  isEmpty(): boolean {
    return this.jobs.size === 0
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  waiting(): QueuedJob[] {
    return [...this.jobs.values()].filter(({ runs }) => runs.length === 0)
  }

  running(): QueuedJob[] {
    return [...this.jobs.values()].filter(({ runs }) => runs.length > 0)
  }

  /** A run has ended: the job is gone, unless it wants to run again or runs elsewhere. */
  ended(job: QueuedJob, process: string, outcome: JobOutcome | 'failed'): void {
    job.runs.splice(job.runs.indexOf(process), 1)
    const done = outcome === 'failed' || !outcome.again
    if (done && job.runs.length === 0 && this.jobs.get(job.id) === job) this.jobs.delete(job.id)
  }

  /** The runs of a process that died are no more: their jobs wait again. */
  abandon(process: string): void {
    for (const { runs } of this.jobs.values())
      for (let at = runs.indexOf(process); at >= 0; at = runs.indexOf(process)) runs.splice(at, 1)
  }

  lose(): void {
    this.jobs.clear()
  }
}
