import { createOneTimer, type Clock } from '@fillstream/runtime'

export interface Patience {
  /** After this long the work is given up if `isHopeless`... */
  readonly patienceMs: number
  /** ...and after this long in any case. */
  readonly mostMs: number
  readonly isHopeless: () => boolean
}

/**
 * `work`, or what `late` throws. A busy machine is waited for, a dependency that is away is not. Work that comes too late
 * is left to finish unheard.
 */
export type Patiently = <T>(patience: Patience, work: Promise<T>, late: () => Error) => Promise<T>

const LOOK_MS = 250

interface Waiting {
  readonly since: number
  readonly patience: Patience
  giveUp(): void
}

/** Deadlines to within 250 ms. */
export function createPatience(clock: Clock): Patiently {
  const waiting = new Set<Waiting>()
  const watch = createOneTimer(
    clock,
    LOOK_MS,
    () => waiting.size > 0,
    (now) => {
      for (const one of waiting) if (isOver(one, now)) one.giveUp()
    },
  )

  return (patience, work, late) =>
    new Promise((resolve, reject) => {
      const one = {
        since: clock.monotonic(),
        patience,
        giveUp() {
          waiting.delete(one)
          reject(late())
        },
      }
      waiting.add(one)
      work.then(
        (result) => {
          waiting.delete(one)
          resolve(result)
        },
        (error: unknown) => {
          waiting.delete(one)
          reject(error as Error)
        },
      )
      watch()
    })
}

function isOver({ since, patience }: Waiting, now: number): boolean {
  const { patienceMs, mostMs, isHopeless } = patience
  const waited = now - since
  return waited >= mostMs || (waited >= patienceMs && isHopeless())
}
