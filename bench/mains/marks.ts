import { appendFileSync } from 'node:fs'
import { type Checkpoint } from '@fillstream/core'
import { sharedClockMs } from '../yardsticks/shared-clock'

/**
 * Where BENCH_MARKS names a file, `Deps.checkpoint` that appends a line with the machine's clock whenever `point` is reached; for loads
 * of some tens a second. Else nothing is replaced.
 */
export function marksOf(point: Checkpoint): { checkpoint?: (reached: Checkpoint) => void } {
  const file = process.env['BENCH_MARKS']
  if (file === undefined) return {}
  return {
    checkpoint(reached) {
      if (reached === point) appendFileSync(`${file}.${point}`, `${sharedClockMs()}\n`)
    },
  }
}
