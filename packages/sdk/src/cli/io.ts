import type { ClientOptions, FillstreamClient } from '../client'

/** The world around a command. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  out(line: string): void
  err(line: string): void
  createClient(options: ClientOptions): FillstreamClient
}

/** A command that was not said right; `about` is the command whose help would have told. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a script can tell apart. */
export const EXIT = { ok: 0, orderFailed: 1, usage: 2, refused: 3, unreachable: 4, interrupted: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
