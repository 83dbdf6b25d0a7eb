const BIGINT = '\u0001n:'
const QUOTED = /"\\u0001n:(-?\d+)"/g

/** JSON with bigints as plain numbers, as a Solana node writes them: a u64 is never rounded on the way out. */
export function stringifyRpc(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? `${BIGINT}${item}` : item,
  )
  return text.replace(QUOTED, '$1')
}
