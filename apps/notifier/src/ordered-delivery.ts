/** An item of a log that is numbered 1, 2, 3... without gaps. */
export interface Numbered<Item> {
  readonly n: number
  readonly item: Item
}

/**
 * Puts one subscription's share of a numbered log in order: told of live items (repeated, swapped or lost on the way) and
 * of pages read from the log, it says what to send now, so that all that was sent is after+1, after+2... each once.
 * Knows no socket and no database.
 */
export interface OrderedDelivery<Item> {
  /** The number of the last item that was handed out for sending. */
  readonly position: number
  /** While true, live items are held back: the log is still being read from the start position. */
  readonly replaying: boolean
  /** A live item: returns what can be sent now. */
  offer(n: number, item: Item): Item[]
  /** A page of the log, read from `position` on, rising: returns what can be sent now. */
  page(items: readonly Numbered<Item>[]): Item[]
  /** The log is read to its end: returns the held items that can be sent now. */
  endReplay(): Item[]
  /** The log is known to reach at least `n`. */
  heardOf(n: number): void
  /** Whether something is known to exist that can't be sent from what is held: the log must be read from `position`. */
  behind(): boolean
}

/**
 * @param after the number after which items are wanted
 * @param capacity held items at most; what does not fit is left to be read from the log
 */
export function createOrderedDelivery<Item>(after: number, capacity: number): OrderedDelivery<Item> {
  const held = new Map<number, Item>()
  let position = after
  let known = after
  let highestHeld = 0
  let replaying = true

  function hold(n: number, item: Item): void {
    known = Math.max(known, n)
    if (n <= position || held.has(n)) return
    if (held.size >= capacity) {
      if (n > highestHeld) return
      held.delete(highestHeld)
      highestHeld = Math.max(0, ...held.keys())
    }
    held.set(n, item)
    highestHeld = Math.max(highestHeld, n)
  }

  function takeHeld(): Item[] {
    const items: Item[] = []
    for (let n = position + 1; held.has(n); n++) {
      items.push(held.get(n) as Item)
      held.delete(n)
      position = n
    }
    if (held.size === 0) highestHeld = 0
    return items
  }

  return {
    get position() {
      return position
    },
    get replaying() {
      return replaying
    },
    offer(n, item) {
      if (replaying || n !== position + 1) {
        hold(n, item)
        return []
      }
      position = n
      known = Math.max(known, n)
      return [item, ...takeHeld()]
    },
    page(items) {
      const sent: Item[] = []
      for (const { n, item } of items) {
        known = Math.max(known, n)
        if (n !== position + 1) {
          hold(n, item)
          continue
        }
        sent.push(item)
        position = n
        held.delete(n)
      }
      if (held.size === 0) highestHeld = 0
      return replaying ? sent : [...sent, ...takeHeld()]
    },
    endReplay() {
      replaying = false
      return takeHeld()
    },
    heardOf(n) {
      known = Math.max(known, n)
    },
    behind() {
      let reach = position
      while (held.has(reach + 1)) reach++
      return known > reach
    },
  }
}
