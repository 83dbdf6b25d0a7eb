import { type Clock } from './deps'

/**
 * Deadlines by one timer that looks at all who wait: nearly everything is done long before its deadline, and a timer of its own would cost
 * more. They are kept to within `everyMs`.
 * @param isWaiting whether anybody waits: nothing is looked at, and no timer runs, while nobody does
 * @param look ends what is over at `now`, on the monotonic clock
 * @returns what is called when somebody begins to wait
 */
export function createOneTimer(
  clock: Clock,
  everyMs: number,
  isWaiting: () => boolean,
  look: (now: number) => void,
): () => void {
  let runs = false
  async function run(): Promise<void> {
    while (isWaiting()) {
      await clock.sleep(everyMs)
      look(clock.monotonic())
    }
    runs = false
  }
  return () => {
    if (runs) return
    runs = true
    void run()
  }
}
