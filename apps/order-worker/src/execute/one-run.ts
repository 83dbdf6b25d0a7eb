import { type JobOutcome } from '@fillstream/messaging'

type Execute = (orderId: string) => Promise<JobOutcome>

/**
 * Lets one run of each order at a time through in this process. The sweeper queues an order that takes long a second time, and
 * a second run beside the first would sign what the first one signs, for one of the two in vain, or find the quote of a slow one
 * too old and undo its step. The second one ends at once and has the first look once more at its end, since there may be something
 * new to do; not where that one wants to run again later anyway. Where the first fails, the sweeper queues the order again.
 */
export function oneRunEach(execute: Execute): Execute {
  const runs = new Map<string, { askedAgain: boolean }>()
  return async (orderId) => {
    const before = runs.get(orderId)
    if (before) {
      before.askedAgain = true
      return { again: false }
    }
    const run = { askedAgain: false }
    runs.set(orderId, run)
    try {
      for (;;) {
        run.askedAgain = false
        const outcome = await execute(orderId)
        if (outcome.again || !run.askedAgain) return outcome
      }
    } finally {
      runs.delete(orderId)
    }
  }
}
