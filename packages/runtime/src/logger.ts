import winston from 'winston'
import { gatherLines } from './log-lines'

export type LogFields = Readonly<Record<string, unknown>>

/** A structured logger. Names of fields that look like secrets are redacted, bigint is written as text. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  child(fields: LogFields): Logger
}

const SECRET = /secret|password|authorization|api[-_]?key|token$|master[-_]?key|private/i
const MAX_TEXT = 8_192

function clean(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}...` : value
  if (value instanceof Error) {
    return {
      name: value.name,
      message: value.message,
      stack: value.stack,
      ...(value.cause === undefined ? {} : { cause: depth < 4 ? clean(value.cause, depth + 1) : '...' }),
    }
  }
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  if (depth > 4) return '...'
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => clean(item, depth + 1))
  return redact(value as LogFields, depth)
}

/** A copy of `fields` with secrets blanked and nothing that JSON cannot hold. */
export function redact(fields: LogFields, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      SECRET.test(name) ? '[redacted]' : clean(value, depth + 1),
    ]),
  )
}

function wrap(logger: winston.Logger): Logger {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      if (logger.silent || !logger.isLevelEnabled(level)) return
      logger.log(level, message, redact(fields))
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(logger.child(redact(fields))),
  }
}

/** JSON lines on stdout. `level`: debug, info, warn, error or silent. */
export function createLogger({ service, level }: { service: string; level: string }): Logger {
  const lines = gatherLines((text) => process.stdout.write(text), process)
  return wrap(
    winston.createLogger({
      level: level === 'silent' ? 'error' : level,
      silent: level === 'silent',
      defaultMeta: { service },
      format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
      transports: [new winston.transports.Stream({ stream: lines })],
    }),
  )
}
