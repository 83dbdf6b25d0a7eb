export interface EventQueueConfig {
  /** Items that may wait. */
  readonly limit: number
  /** The oldest goes as one more comes, or the source is told to stop, and to go on once all that waited is read. */
  readonly whenFull: 'dropOldest' | { readonly pause: () => void; readonly resume: () => void }
  /** Once: nothing more is taken in. */
  readonly closed: () => void
}

/** Between a source that pushes and a reader that pulls. What was pushed before the end is still read. */
export interface EventQueue<Item> {
  push(item: Item): void
  end(): void
  /** The reader gets what waits, then this error once, then the end. */
  fail(error: unknown): void
  /** Ends it and drops what waits. */
  discard(): void
  next(): Promise<IteratorResult<Item, undefined>>
}

interface Reader<Item> {
  resolve(result: IteratorResult<Item, undefined>): void
  reject(error: unknown): void
}

export function createEventQueue<Item>(config: EventQueueConfig): EventQueue<Item> {
  const waiting: Item[] = []
  const readers: Reader<Item>[] = []
  const source = config.whenFull === 'dropOldest' ? undefined : config.whenFull
  let open = true
  let paused = false
  let failure: { readonly error: unknown } | undefined

  function close(): void {
    if (!open) return
    open = false
    const [first, ...others] = readers.splice(0)
    if (first && failure) {
      first.reject(failure.error)
      failure = undefined
    } else first?.resolve({ done: true, value: undefined })
    for (const reader of others) reader.resolve({ done: true, value: undefined })
    config.closed()
  }

  return {
    push: (item) => {
      if (!open) return
      const reader = readers.shift()
      if (reader) return reader.resolve({ done: false, value: item })
      waiting.push(item)
      if (!source) {
        if (waiting.length > config.limit) waiting.shift()
      } else if (!paused && waiting.length >= config.limit) {
        paused = true
        source.pause()
      }
    },
    end: close,
    fail: (error) => {
      if (!open) return
      failure = { error }
      close()
    },
    discard: () => {
      waiting.length = 0
      failure = undefined
      close()
    },
    next: () => {
      const item = waiting.shift()
      if (item !== undefined) {
        if (paused && waiting.length === 0) {
          paused = false
          if (open) source?.resume()
        }
        return Promise.resolve({ done: false, value: item })
      }
      if (failure) {
        const { error } = failure
        failure = undefined
        return Promise.reject(error as Error)
      }
      if (!open) return Promise.resolve({ done: true, value: undefined })
      return new Promise((resolve, reject) => readers.push({ resolve, reject }))
    },
  }
}
