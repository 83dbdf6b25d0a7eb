import type { FillstreamClient } from '../client'
import { toWire } from '../wire'
import type { CliIo } from './io'
import { UsageError } from './io'
import type { Command } from './parse'
import { createTokenBook, fetchTokenBook, type TokenBook } from './token-book'

const DEFAULT_URL = 'http://127.0.0.1:3000'
/** A person at a terminal gives up sooner than a service. */
const MAX_RECONNECTS = 8

/** What every command works with. */
export interface Context {
  readonly command: Command
  readonly client: FillstreamClient
  readonly signal: AbortSignal
  readonly json: boolean
  /** Lines for people; silent with `--json`. */
  say(lines: readonly string[] | string): void
  /** One line for machines; silent without `--json`. */
  data(value: object): void
  /** The token list, which amounts typed in decimals need. */
  book(): Promise<TokenBook>
  /** The same for showing alone: without the list, amounts are shown in base units. */
  bookIfAny(): Promise<TokenBook>
}

/** @throws UsageError where an address is no URL */
export function createContext(command: Command, io: CliIo): Context {
  const json = command.flag('json')
  const raw = command.flag('raw')
  const option = (name: string, variable: string) => command.text(name) ?? (io.env[variable] || undefined)
  const url = (name: string, variable: string) => {
    const text = option(name, variable)
    if (text !== undefined && !URL.canParse(text))
      throw new UsageError(`--${name} (or ${variable}) must be a URL, not ${JSON.stringify(text)}`)
    return text
  }
  const client = io.createClient({
    baseUrl: url('url', 'FILLSTREAM_URL') ?? DEFAULT_URL,
    apiKey: option('api-key', 'FILLSTREAM_API_KEY'),
    streamUrl: url('stream-url', 'FILLSTREAM_STREAM_URL'),
    maxReconnects: MAX_RECONNECTS,
  })
  const book = () => fetchTokenBook(client, raw, io.signal)
  return {
    command,
    client,
    signal: io.signal,
    json,
    say: (lines) => {
      if (!json) for (const line of typeof lines === 'string' ? [lines] : lines) io.out(line)
    },
    data: (value) => {
      if (json) io.out(toWire(value))
    },
    book,
    bookIfAny: async () => {
      if (json || raw) return createTokenBook([], true)
      try {
        return await book()
      } catch (error) {
        io.signal.throwIfAborted()
        io.err(`amounts in base units: the token list could not be read (${(error as Error).message})`)
        return createTokenBook([], true)
      }
    },
  }
}
