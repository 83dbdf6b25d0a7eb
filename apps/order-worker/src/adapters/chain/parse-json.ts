import { parseJsonWithBigInts } from '@solana/rpc-spec-types'

/** An integer that a double may not hold, where JSON has a value. */
const LARGE = /([:,[]\s*)(-?\d{16,})(?=\s*[,\]}])/g

/**
 * JSON in which integers that a double may not hold are not rounded: they come as decimal strings, or as bigints. Throws a SyntaxError.
 */
export function parseJson(text: string): unknown {
  const quoted = text.replace(LARGE, '$1"$2"')
  try {
    return JSON.parse(quoted)
  } catch (error) {
    if (quoted === text) throw error
    // What looked like one stood within a string, which the quotes have cut in two. The library goes by characters: many times slower.
    return parseJsonWithBigInts(text)
  }
}
