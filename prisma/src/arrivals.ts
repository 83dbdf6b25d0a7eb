/** How often something has come of late. */
export interface Arrivals {
  /** One has come. */
  count(): void
  /** How many come within `ms` at the pace of the last stretch. */
  expectedWithin(ms: number): number
}

/** Counted over stretches of this length: a pause is noticed by the one that ends it. */
const STRETCH_MS = 100

export function createArrivals(clock: { monotonic(): number }): Arrivals {
  let since = clock.monotonic()
  let counted = 0
  let perMs = 0
  return {
    count() {
      counted += 1
      const stretch = clock.monotonic() - since
      if (stretch < STRETCH_MS) return
      perMs = counted / stretch
      counted = 0
      since += stretch
    },
    expectedWithin: (ms) => perMs * ms,
  }
}
