import { type Clock } from '@fillstream/runtime'

/** A bounded map whose entries age. The oldest entry goes when it is full. */
export interface ExpiringCache<Value> {
  /** The value with its age in ms, or undefined. */
  get(key: string): { readonly value: Value; readonly ageMs: number } | undefined
  set(key: string, value: Value): void
  delete(key: string): void
}

/** A cache of at most `maxEntries`; an entry older than `maxAgeMs` is gone. */
export function createExpiringCache<Value>(
  clock: Clock,
  { maxEntries, maxAgeMs }: { readonly maxEntries: number; readonly maxAgeMs: number },
): ExpiringCache<Value> {
  const entries = new Map<string, { value: Value; at: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      const ageMs = clock.monotonic() - entry.at
      if (ageMs <= maxAgeMs) return { value: entry.value, ageMs }
      entries.delete(key)
      return undefined
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, { value, at: clock.monotonic() })
      if (entries.size <= maxEntries) return
      const oldest = entries.keys().next()
      if (!oldest.done) entries.delete(oldest.value)
    },
    delete(key) {
      entries.delete(key)
    },
  }
}
