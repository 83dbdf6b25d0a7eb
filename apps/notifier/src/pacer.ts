/** Shares the event loop among many that have much to send: timers, sockets and newcomers get their turn in between. */
export interface Pacer {
  /** Resolves when it is the caller's turn for one slice of work: one caller per turn of the event loop, first come first served. */
  turn(): Promise<void>
}

export function createPacer(): Pacer {
  const waiting: (() => void)[] = []
  let scheduled = false

  function schedule(): void {
    if (scheduled || waiting.length === 0) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      waiting.shift()?.()
      schedule()
    })
  }

  return {
    turn() {
      return new Promise((resolve) => {
        waiting.push(resolve)
        schedule()
      })
    },
  }
}
