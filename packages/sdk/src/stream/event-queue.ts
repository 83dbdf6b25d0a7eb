export interface EventQueueConfig {
  /** Items that may wait before the source is told to stop. */
  readonly limit: number
  readonly full: () => void
  /** All that waited has been read, after `full`. */
  readonly drained: () => void
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
  let open = true
  let full = false
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
      if (full || waiting.length < config.limit) return
      full = true
      config.full()
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
        if (full && waiting.length === 0) {
          full = false
          if (open) config.drained()
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
