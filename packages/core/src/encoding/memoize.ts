/** `make`, remembering its last `limit` results by key (first in, first out). A promise that rejects is forgotten. */
export function memoize<Value>(limit: number, make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>()
  return (key) => {
    const before = known.get(key)
    if (before !== undefined) return before
    const made = make(key)
    if (known.size >= limit) known.delete(known.keys().next().value as string)
    known.set(key, made)
    if (made instanceof Promise) made.catch(() => known.delete(key))
    return made
  }
}
