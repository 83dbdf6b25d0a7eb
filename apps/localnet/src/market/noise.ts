// Looked up once: a global in the inner loop costs more than the hash where globals are intercepted (Jest).
const { imul } = Math

/**
 * A number in [0, 1) that depends on nothing but the seed and the name: FNV-1a, then MurmurHash3's finaliser so that
 * neighbouring names have nothing in common. Good enough for prices, for nothing else.
 */
export function seededFraction(seed: string, name: string): number {
  const text = `${seed}\n${name}`
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/**
 * Smooth noise in [-1, 1]: seeded values at every `period` steps, joined by an S-curve. Any step can be computed on its
 * own, so a market needs no state to go on after a restart. One step moves it by at most `3 / period`.
 */
export function smoothNoise(seed: string, name: string, step: number, period: number): number {
  const knot = Math.floor(step / period)
  const from = 2 * seededFraction(seed, `${name}:${period}:${knot}`) - 1
  const to = 2 * seededFraction(seed, `${name}:${period}:${knot + 1}`) - 1
  const at = step / period - knot
  return from + (to - from) * at * at * (3 - 2 * at)
}
