/** A seeded source of numbers in [0, 1) (mulberry32): good enough for delays, the same for the same seed. */
export function seededRandom(seed: string): () => number {
  let state = 2_166_136_261
  for (const character of seed) state = Math.imul(state ^ character.charCodeAt(0), 16_777_619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Delays drawn evenly from a range of milliseconds, both ends included. */
export function delaysFrom(
  range: { readonly min: number; readonly max: number },
  seed: string,
): () => number {
  const random = seededRandom(`delay:${seed}`)
  return () => range.min + Math.floor(random() * (range.max - range.min + 1))
}
