/** A failure that the reader can mend: its message is the line that says what to do. */
export class Failure extends Error {}

/** What to print for an error: the message of a Failure, the stack of anything else. */
export function explain(error) {
  if (error instanceof Failure) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
