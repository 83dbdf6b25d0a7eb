/** An integer that a double may not hold, where JSON has a value. */
const LARGE = /([:,[]\s*)(-?\d{16,})(?=\s*[,\]}])/g

/** A whole text of JSON, or such an integer outside of one. */
const TEXT_OR_LARGE = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<=[:,[]\s*)-?\d{16,}(?=\s*[,\]}])/g

/** JSON in which integers that a double may not hold are not rounded: they come as decimal strings. Throws a SyntaxError. */
export function parseJson(text: string): unknown {
  const quoted = text.replace(LARGE, '$1"$2"')
  try {
    return JSON.parse(quoted)
  } catch (error) {
    if (quoted === text) throw error
    // What looked like one stood within a text, which the quotes have cut in two. To step over the texts takes longer.
    return JSON.parse(text.replace(TEXT_OR_LARGE, (found) => (found.startsWith('"') ? found : `"${found}"`)))
  }
}
