/** Reads of one store (Postgres, Redis) by many subscriptions: bounded in number, and shared where several want the same. */
export interface SharedReads {
  /**
   * Runs `read`, at most `width` of them at once, the others in the order they came. Calls with the same `key` that come
   * before the read starts share its result, never those that come later: what they want may be newer.
   */
  run<Result>(key: string, read: () => Promise<Result>): Promise<Result>
}

interface Queued {
  readonly result: Promise<unknown>
  start(): Promise<void>
}

export function createSharedReads(width: number): SharedReads {
  const queue = new Map<string, Queued>()
  let running = 0
  let scheduled = false

  function pump(): void {
    scheduled = false
    for (const [key, queued] of queue) {
      if (running >= width) return
      queue.delete(key)
      running++
      void queued.start().finally(() => {
        running--
        pump()
      })
    }
  }

  return {
    run<Result>(key: string, read: () => Promise<Result>): Promise<Result> {
      const queued = queue.get(key)
      if (queued) return queued.result as Promise<Result>
      let start: () => Promise<void> = () => Promise.resolve()
      const result = new Promise<Result>((resolve, reject) => {
        start = () => read().then(resolve, reject)
      })
      queue.set(key, { result, start })
      if (!scheduled) {
        scheduled = true
        setImmediate(pump)
      }
      return result
    },
  }
}
