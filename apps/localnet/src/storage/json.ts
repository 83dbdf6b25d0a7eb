const BIGINT = '\u0000n:'

/** JSON in which a bigint survives, as a marked string: for localnet's own files. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? `${BIGINT}${item}` : item,
  )
}

/** Reads what {@link stringifyJson} wrote. */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) =>
    typeof item === 'string' && item.startsWith(BIGINT) ? BigInt(item.slice(BIGINT.length)) : item,
  )
}
