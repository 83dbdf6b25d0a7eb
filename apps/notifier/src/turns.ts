import { type Clock } from '@fillstream/runtime'

/**
 * The turns of the event loop, shared out: what a crowd brings all at once is done little by little, so that news, timers and other
 * sockets get their turn in between.
 */
export interface Turns {
  /** A kind of work that gets a slice of every turn, whatever waits on the other lanes. `sliceMs`: how long it may take, but for the work that ends it. */
  lane(sliceMs: number): Lane
  /** A connection was taken from the kernel. */
  newcomer(): void
}

export interface Lane {
  /** Does the work when its turn comes, in the order given. It must not throw. */
  do(work: () => void): void
}

/**
 * Node takes one connection in a turn (libuv from 1.45 on), and what finds the kernel's queue full tries again after 1, 3, 7, 15...
 * seconds: while newcomers come the lanes let turns pass, so long at most between two slices.
 */
const NEWCOMERS_MS = 5

export function createTurns(clock: Pick<Clock, 'monotonic'>): Turns {
  const lanes: SlicedLane[] = []
  let scheduled = false
  let cameNew = false
  let workedAt = -Infinity

  function turn(): void {
    scheduled = false
    const wait = cameNew && clock.monotonic() < workedAt + NEWCOMERS_MS
    cameNew = false
    if (wait) return schedule()
    for (const lane of lanes) lane.slice()
    workedAt = clock.monotonic()
    if (lanes.some((lane) => lane.waits)) schedule()
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(turn)
  }

  return {
    lane(sliceMs) {
      const lane = new SlicedLane(clock, sliceMs, schedule)
      lanes.push(lane)
      return lane
    },
    newcomer() {
      cameNew = true
    },
  }
}

class SlicedLane implements Lane {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #sliceMs: number
  readonly #schedule: () => void
  #waiting: (() => void)[] = []
  #next = 0

  constructor(clock: Pick<Clock, 'monotonic'>, sliceMs: number, schedule: () => void) {
    this.#clock = clock
    this.#sliceMs = sliceMs
    this.#schedule = schedule
  }

  get waits(): boolean {
    return this.#next < this.#waiting.length
  }

  do(work: () => void): void {
    this.#waiting.push(work)
    this.#schedule()
  }

  slice(): void {
    if (!this.waits) return
    const end = this.#clock.monotonic() + this.#sliceMs
    do this.#waiting[this.#next++]?.()
    while (this.waits && this.#clock.monotonic() < end)
    if (this.waits) return
    this.#waiting = []
    this.#next = 0
  }
}
