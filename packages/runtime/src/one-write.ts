import { type Writable } from 'node:stream'

/**
 * From now on what is written to `stream` by one callback and the promises that it settles leaves together, right behind them: a call of
 * the system costs more than most of what is written by one.
 */
export function writeOncePerTurn(stream: Writable): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
  let corked = false
  function uncork(): void {
    corked = false
    stream.uncork()
  }
  stream.write = (...args: unknown[]): boolean => {
    if (!corked) {
      corked = true
      stream.cork()
      process.nextTick(uncork)
    }
    return write(...args)
  }
}
