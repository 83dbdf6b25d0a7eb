import { type JobOutcome } from '@fillstream/messaging'

type Execute = (orderId: string) => Promise<JobOutcome>

/**
 * Lets one run of each order at a time through in this process. The sweeper queues an order that takes long a second time, and
 * a second run would sign what the first one signs, for one of the two in vain, or find the quote of a slow one too old and undo
 * its step. The second one ends at once; where
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
