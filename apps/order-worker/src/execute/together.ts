import { type Clock } from '@fillstream/runtime'

/** Runs under way from which on the next ones wait for each other. */
const BUSY = 32
/** For how long, ms: little beside what a venue takes for a quote. */
const WINDOW_MS = 25

/**
 * Lets runs that come close to each other start together, once many are under way. From then on they ask, sign and write in the same
 * turns of the event loop, here and in the services that they ask: one message, one request, one statement for all of them. At low
 * rates, where it would be a wait for nobody, each starts at once.
 */
export function startTogether(
  clock: Pick<Clock, 'sleep'>,
): <Result>(run: () => Promise<Result>) => Promise<Result> {
  let underWay = 0
  let next: Promise<void> | null = null
  return async (run) => {
    underWay += 1
    try {
      if (underWay > BUSY) {
        next ??= clock.sleep(WINDOW_MS).then(() => {
          next = null
        })
        await next
      }
      return await run()
    } finally {
      underWay -= 1
    }
  }
}
