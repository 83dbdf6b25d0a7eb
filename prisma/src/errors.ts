import { AppError, messageOf } from '@fillstream/core'

/** SQLSTATEs by which a server says that it cannot serve now. Whole classes where the value ends with `*`. */
const UNAVAILABLE_STATES = [
  '08*', // connection exceptions
  '53*', // out of connections, memory, disk
  '57P*', // shut down, crashed, starting
  '57014', // ran into statement_timeout
  '55P03', // ran into lock_timeout
  '58*', // system errors, such as I/O
  '25006', // read-only: a standby
  '28*', // refused the login
  '3D000', // no such database
]
const UNAVAILABLE_KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
  'DatabaseDoesNotExist',
  'DatabaseAccessDenied',
  'AuthenticationFailed',
])
const UNAVAILABLE_PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'])
const SOCKET_CODES = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/
/** What pg throws as plain errors. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (was closed|has encountered a connection error)|Cannot use a pool after calling end)/

/** States that are answered before a statement is even taken: nothing can have happened. */
const REFUSED_STATES = ['57P03', '53300', '28*', '3D000']
const REFUSED_KINDS = new Set([
  'DatabaseNotReachable',
  'TlsConnectionError',
  'TooManyConnections',
  'DatabaseDoesNotExist',
  'DatabaseAccessDenied',
  'AuthenticationFailed',
])
const REFUSED_MESSAGES =
  /^(timeout exceeded when trying to connect|Connection terminated due to connection timeout|Cannot use a pool)/

interface DriverCause {
  readonly kind?: unknown
  readonly originalCode?: unknown
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function driverCause(error: unknown): DriverCause {
  const cause = field(field(field(error, 'meta'), 'driverAdapterError'), 'cause') ?? field(error, 'cause')
  return typeof cause === 'object' && cause !== null ? cause : {}
}

/** The SQLSTATE that Postgres answered with; null where the error is not Postgres' own. */
export function sqlState(error: unknown): string | null {
  const state = driverCause(error).originalCode ?? field(error, 'code')
  return typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state) && !/^P[12]/.test(state) ? state : null
}

function matches(state: string | null, patterns: readonly string[]): boolean {
  return (
    state !== null && patterns.some((p) => (p.endsWith('*') ? state.startsWith(p.slice(0, -1)) : state === p))
  )
}

function isKind(error: unknown, kinds: ReadonlySet<string>): boolean {
  const { kind } = driverCause(error)
  return typeof kind === 'string' && kinds.has(kind)
}

/** Whether the error says that Postgres is away, starting, stopping or too busy, rather than that a statement was wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'DEPENDENCY_UNAVAILABLE'
  const code = field(error, 'code')
  return (
    matches(sqlState(error), UNAVAILABLE_STATES) ||
    isKind(error, UNAVAILABLE_KINDS) ||
    (typeof code === 'string' && (UNAVAILABLE_PRISMA_CODES.has(code) || SOCKET_CODES.test(code))) ||
    CONNECTION_MESSAGES.test(messageOf(error))
  )
}

/**
 * Whether a statement that failed so may have been committed all the same: the connection broke after it was sent. An
 * error that Postgres answered with (but for its own shutdown) means a rollback.
 */
export function isUnknownOutcome(error: unknown): boolean {
  if (error instanceof AppError || !isUnavailable(error)) return false
  const state = sqlState(error)
  if (matches(state, REFUSED_STATES) || isKind(error, REFUSED_KINDS)) return false
  if (REFUSED_MESSAGES.test(messageOf(error))) return false
  return state === null || matches(state, ['08*', '57P*'])
}

/** Deadlock or serialization failure: rolled back whole, and worth the same try again. */
export function isWriteConflict(error: unknown): boolean {
  return matches(sqlState(error), ['40*'])
}

/** A reason fit for a problem document: no hosts, no statements. */
function reasonOf(error: unknown): string {
  const state = sqlState(error)
  if (state === '57014' || state === '55P03') return 'a statement took too long'
  if (state !== null) return `it answers with SQLSTATE ${state}`
  if (isKind(error, new Set(['DatabaseNotReachable']))) return 'it cannot be reached'
  if (/timeout/i.test(messageOf(error))) return 'it does not answer in time'
  return 'the connection broke'
}

/** The error as callers get it: DEPENDENCY_UNAVAILABLE where Postgres is away, else as it is. */
export function toAppError(error: unknown): Error {
  if (error instanceof AppError) return error
  if (isUnavailable(error))
    return new AppError(
      'DEPENDENCY_UNAVAILABLE',
      `Postgres is unavailable: ${reasonOf(error)}`,
      {},
      { cause: error },
    )
  return error instanceof Error ? error : new Error(messageOf(error))
}

type AsyncMethods<T> = { readonly [K in keyof T]: (...args: never[]) => Promise<unknown> }

/** `repository` with the rejections of its methods told apart by `toAppError`. */
export function withAppErrors<T extends AsyncMethods<T>>(repository: T): T {
  const guarded = Object.entries(
    repository as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>,
  ).map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await method(...args)
      } catch (error) {
        throw toAppError(error)
      }
    },
  ])
  return Object.fromEntries(guarded) as T
}
