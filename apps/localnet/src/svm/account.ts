/** An account as the chain holds it. `owner` is the program that owns it (base58). */
export interface AccountState {
  readonly lamports: bigint
  readonly data: Uint8Array
  readonly owner: string
  readonly executable: boolean
}

/** True where both are the same account contents (or both no account). */
export function sameAccount(left: AccountState | null, right: AccountState | null): boolean {
  if (left === null || right === null) return left === right
  return (
    left.lamports === right.lamports &&
    left.owner === right.owner &&
    left.executable === right.executable &&
    Buffer.compare(left.data, right.data) === 0
  )
}
