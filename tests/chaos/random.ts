/** A stream of numbers that a seed gives again: the whole of a run's chance comes from here. */
export interface Random {
  /** Evenly in [0, 1). */
  next(): number
  /** Evenly among whole numbers, both ends included. */
  between(low: number, high: number): number
  pick<Item>(items: readonly Item[]): Item
  chance(probability: number): boolean
  /** Another stream, which draws from this one do not move. */
  fork(name: string): Random
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash
}

/** Mulberry32 (Tommy Ettinger, public domain) over the hash of the seed. */
export function createRandom(seed: string): Random {
  let state = hashOf(seed)
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick(items) {
      if (items.length === 0) throw new RangeError('nothing to pick from')
      return items[Math.floor(next() * items.length)] as never
    },
    chance: (probability) => next() < probability,
    fork: (name) => createRandom(`${seed}:${name}`),
  }
}
