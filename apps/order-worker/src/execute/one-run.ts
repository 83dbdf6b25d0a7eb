import { type JobOutcome } from '@fillstream/messaging'

type Execute = (orderId: string) => Promise<JobOutcome>

/**
 * Lets one run of each order at a time through in this process. The sweeper queues an order that takes long a second time, and
 * a second run that finds `building` asks for a quote of its own: it would undo the first one's step before its transaction is
 * signed, and the next its own, for as long as steps take longer than the sweeper waits. The second one ends at once; where
 * the first fails, the sweeper queues the order again.
 */
export function oneRunEach(execute: Execute): Execute {
  const running = new Set<string>()
  return async (orderId) => {
    if (running.has(orderId)) return { again: false }
    running.add(orderId)
    try {
      return await execute(orderId)
    } finally {
      running.delete(orderId)
    }
  }
}
