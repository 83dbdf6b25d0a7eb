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
  return new Delivery<Item>(after, capacity)
}

class Delivery<Item> implements OrderedDelivery<Item> {
  readonly #capacity: number
  #held: Map<number, Item> | null = null
  #position: number
  #known: number
  #highestHeld = 0
  #replaying = true

  constructor(after: number, capacity: number) {
    this.#capacity = capacity
    this.#position = after
    this.#known = after
  }

  get position(): number {
    return this.#position
  }

  get replaying(): boolean {
    return this.#replaying
  }

  offer(n: number, item: Item): Item[] {
    if (this.#replaying || n !== this.#position + 1) {
      this.#hold(n, item)
      return []
    }
    this.#position = n
    this.#known = Math.max(this.#known, n)
    return [item, ...this.#takeHeld()]
  }

  page(items: readonly Numbered<Item>[]): Item[] {
    const sent: Item[] = []
    for (const { n, item } of items) {
      this.#known = Math.max(this.#known, n)
      if (n !== this.#position + 1) {
        this.#hold(n, item)
        continue
      }
      sent.push(item)
      this.#position = n
      this.#held?.delete(n)
    }
    this.#letGo()
    return this.#replaying ? sent : [...sent, ...this.#takeHeld()]
  }

  endReplay(): Item[] {
    this.#replaying = false
    return this.#takeHeld()
  }

  heardOf(n: number): void {
    this.#known = Math.max(this.#known, n)
  }

  behind(): boolean {
    let reach = this.#position
    while (this.#held?.has(reach + 1)) reach++
    return this.#known > reach
  }

  #hold(n: number, item: Item): void {
    this.#known = Math.max(this.#known, n)
    if (n <= this.#position || this.#held?.has(n)) return
    const held = (this.#held ??= new Map<number, Item>())
    if (held.size >= this.#capacity) {
      if (n > this.#highestHeld) return
      held.delete(this.#highestHeld)
      this.#highestHeld = Math.max(0, ...held.keys())
    }
    held.set(n, item)
    this.#highestHeld = Math.max(this.#highestHeld, n)
  }

  #takeHeld(): Item[] {
    const items: Item[] = []
    for (let n = this.#position + 1; this.#held?.has(n); n++) {
      items.push(this.#held.get(n) as Item)
      this.#held.delete(n)
      this.#position = n
    }
    this.#letGo()
    return items
  }

  /** Nearly all subscriptions hold nothing nearly always. */
  #letGo(): void {
    if (this.#held === null || this.#held.size > 0) return
    this.#held = null
    this.#highestHeld = 0
  }
}
