import { type Clock } from '@fillstream/runtime'

/** Runs under way from which on the next ones wait for each other. */
const BUSY = 32
/** Until so many wait... */
const ENOUGH = 24
/** ...or the first of them has waited for so long, ms: little beside what a venue takes for a quote. */
const WINDOW_MS = 75

/**
 * Lets runs that come close to each other start together, once many are under way. From then on they ask, sign and write in the same
 * turns of the event loop, here and in the services that they ask: one message, one request, one statement for all of them. At low
 * rates, where it would be a wait for nobody, each starts at once.
 */
export function startTogether(
  clock: Pick<Clock, 'sleep'>,
): <Result>(run: () => Promise<Result>) => Promise<Result> {
  let underWay = 0
  let waiting: (() => void)[] = []

  function startAll(): void {
    const starting = waiting
    waiting = []
    for (const start of starting) start()
  }

  /** A window that has ended before its time ends nothing of the next one's. */
  function openWindow(): void {
    const mine = waiting
    void clock.sleep(WINDOW_MS).then(() => {
      if (waiting === mine) startAll()
    })
  }

  function turn(): Promise<void> {
    return new Promise((start) => {
      waiting.push(start)
      if (waiting.length === 1) openWindow()
      if (waiting.length >= ENOUGH) startAll()
    })
  }

  return async (run) => {
    underWay += 1
    try {
      if (underWay > BUSY) await turn()
      return await run()
    } finally {
      underWay -= 1
    }
  }
}
