import { type JobOutcome } from '@fillstream/messaging'

type Execute = (orderId: string) => Promise<JobOutcome>

/**
 * Lets one run of each order at a time through in this process. The sweeper queues an order that takes long a second time, and
 * a second run beside the first would sign what the first one signs, for one of the two in vain, or find the quote of a slow one
 * too old and undo its step. The second one waits for the first, since there may be something new to do; a third would find the
 * second waiting, and ends at once.
 */
export function oneRunEach(execute: Execute): Execute {
  const runs = new Map<string, { readonly ended: Promise<unknown>; awaited: boolean }>()

  return async function runAlone(orderId): Promise<JobOutcome> {
    const before = runs.get(orderId)
    if (before?.awaited) return { again: false }
    if (before) {
      before.awaited = true
      await before.ended
      return runAlone(orderId)
    }
    const work = execute(orderId)
    const run = { ended: work.catch(() => undefined), awaited: false }
    runs.set(orderId, run)
    try {
      return await work
    } finally {
      runs.delete(orderId)
    }
  }
}
