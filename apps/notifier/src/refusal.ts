import { ServerResponse, STATUS_CODES, type IncomingMessage, type RequestListener } from 'node:http'
import { Socket } from 'node:net'
import { type Duplex } from 'node:stream'
import { PROBLEMS, type Problem, type ProblemCode } from '@fillstream/types'
import { destroyBroken } from './broken-socket'

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
  socket.on('error', destroyBroken)
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

/**
 * Answers a request that asks for an upgrade which is not ours (such as `h2c`) as the plain request that it is, as RFC 9110
 * 7.8 has it. Node hands every request with an `Upgrade` header to whoever listens for upgrades.
 */
export function serveWithoutUpgrade(request: IncomingMessage, socket: Duplex, serve: RequestListener): void {
  if (!(socket instanceof Socket)) {
    socket.destroy()
    return
  }
  socket.on('error', destroyBroken)
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.on('finish', () => socket.end())
  serve(request, response)
}
