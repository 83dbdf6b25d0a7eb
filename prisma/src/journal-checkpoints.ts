import { type Checkpoint } from '@fillstream/core'
import { type OrderAppend } from './orders'

type StepOf<Point> = Point extends `${infer Step}.committed` ? Step : never

/** A step of an order as the checkpoints name it. */
export type JournalStep = StepOf<Checkpoint>

/** Which step an append is; null for one that no service takes yet. */
export function stepOf({ events, attempt }: Pick<OrderAppend, 'events' | 'attempt'>): JournalStep | null {
  const status = events.at(-1)?.status
  switch (status) {
    case undefined:
      return 'failedAttempt'
    case 'routing':
      // With an attempt only where that one has failed.
      return attempt === undefined ? 'routing' : 'retry'
    case 'open':
      return 'opened'
    case 'pending':
      return null
    default:
      return status
  }
}
