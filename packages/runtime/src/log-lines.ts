import { type EventEmitter } from 'node:events'
import { Writable } from 'node:stream'

/**
 * A stream for lines of a log. Those that come in one turn of the event loop are written together, at its end: a call of the system for
 * each line costs more than the line. Where the process ends sooner they are written then; one that is killed outright loses them.
 * @param write to standard output, with lines that end in a line break
 * @param ending says `exit`, such as `process`
 */
export function gatherLines(
  write: (lines: string) => void,
  ending: Pick<EventEmitter, 'once' | 'off'>,
): Writable {
  let waiting = ''
  function flush(): void {
    ending.off('exit', flush)
    const lines = waiting
    waiting = ''
    if (lines !== '') write(lines)
  }
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      if (waiting === '') {
        ending.once('exit', flush)
        setImmediate(flush)
      }
      waiting += line
      done()
    },
  })
}
