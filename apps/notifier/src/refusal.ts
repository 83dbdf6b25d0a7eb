import { STATUS_CODES } from 'node:http'
import { type Duplex } from 'node:stream'
import { PROBLEMS, type Problem, type ProblemCode } from '@fillstream/types'

/** The problem document (RFC 9457) for a request that this service does not serve. */
export function problemOf(code: ProblemCode, detail: string, instance: string, requestId: string): Problem {
  const { status, title, retryable } = PROBLEMS[code]
  return {
    type: `urn:fillstream:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    instance,
    code,
    retryable,
    requestId,
    errors: [],
  }
}

/** Answers an upgrade that is refused, and ends the socket. */
export function refuseUpgrade(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem)
  socket.on('error', () => socket.destroy())
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}
