/** Runs work, so many at once at most; the rest waits in the order it came. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>

export function createLimit(width: number): Limit {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      // Whoever comes next takes this place over.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
