import { type Clock } from '@fillstream/runtime'

/** Work that a crowd brings all at once, done little by little: between two slices sockets, timers and newcomers get their turn. */
export interface Slices {
  /** Does the work when its turn comes, in the order given. It must not throw. */
  do(work: () => void): void
}

/** @param sliceMs how long a slice may take, but for the work that ends it */
export function createSlices(clock: Pick<Clock, 'monotonic'>, sliceMs: number): Slices {
  let waiting: (() => void)[] = []
  let next = 0
  let scheduled = false

  function slice(): void {
    scheduled = false
    const end = clock.monotonic() + sliceMs
    while (next < waiting.length && clock.monotonic() < end) waiting[next++]?.()
    if (next < waiting.length) return schedule()
    waiting = []
    next = 0
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(slice)
  }

  return {
    do(work) {
      waiting.push(work)
      schedule()
    },
  }
}
