import { appendFileSync } from 'node:fs'
import { type Checkpoint } from '@fillstream/core'
import { sharedClockMs } from '../yardsticks/shared-clock'

/** After this long a mark is in the file, ms. */
export const MARKED_WITHIN_MS = 50

/**
 * Where BENCH_MARKS names a file, `Deps.checkpoint` that adds a line with the machine's clock whenever `point` is reached. Else
 * nothing is replaced.
 */
export function marksOf(point: Checkpoint): { checkpoint?: (reached: Checkpoint) => void } {
  const file = process.env['BENCH_MARKS']
  if (file === undefined) return {}
  let lines = ''
  setInterval(() => {
    if (lines !== '') appendFileSync(`${file}.${point}`, lines)
    lines = ''
  }, MARKED_WITHIN_MS).unref()
  return {
    checkpoint(reached) {
      if (reached === point) lines += `${sharedClockMs()}\n`
    },
  }
}
