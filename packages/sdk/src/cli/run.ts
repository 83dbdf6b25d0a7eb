import { isFillstreamError, type FillstreamError } from '../errors'
import { VERSION } from '../version'
import { COMMANDS } from './commands'
import { createContext } from './context'
import { HELP } from './help'
import { EXIT, UsageError, type CliIo, type ExitCode } from './io'
import { parseCommand } from './parse'

/** Runs one command line; what it resolves to is the exit code. */
export async function run(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  try {
    const command = parseCommand(argv)
    if (command.name === 'version') {
      io.out(VERSION)
      return EXIT.ok
    }
    if (command.name === 'help') {
      const text = HELP[command.about]
      if (text === undefined) throw new UsageError(`there is no command ${JSON.stringify(command.about)}`)
      io.out(text)
      return EXIT.ok
    }
    return await COMMANDS[command.name](createContext(command, io))
  } catch (error) {
    if (io.signal.aborted) return EXIT.interrupted
    if (error instanceof UsageError) {
      io.err(`${error.message}\nfillstream --help says more`)
      return EXIT.usage
    }
    if (!isFillstreamError(error)) throw error
    tell(error, argv.includes('--json'), io)
    return isUnreachable(error) ? EXIT.unreachable : EXIT.refused
  }
}

function tell(error: FillstreamError, json: boolean, io: CliIo): void {
  const { code, status, message, retryable, requestId, errors, idempotencyKey, orderId } = error
  if (json) {
    const keys = { code, status, message, retryable, requestId, errors, orderId, idempotencyKey }
    io.err(JSON.stringify({ error: keys }))
    return
  }
  io.err(`${code}: ${message}`)
  for (const field of errors) io.err(`  ${field.path}: ${field.message}`)
  if (requestId !== null) io.err(`  request ${requestId}`)
  if (retryable && code !== 'TRADING_HALTED' && idempotencyKey !== undefined)
    io.err(`  it may have been accepted; the same again: --idempotency-key ${idempotencyKey}`)
}

function isUnreachable({ code }: FillstreamError): boolean {
  return (
    code === 'UNREACHABLE' || code === 'TIMEOUT' || code === 'INVALID_ANSWER' || code === 'PROTOCOL_ERROR'
  )
}
