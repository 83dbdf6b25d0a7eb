import { type Duplex } from 'node:stream'
import { AppError } from '@fillstream/core'
import { PROBLEMS } from '@fillstream/types'
import { type ErrorRequestHandler, type RequestHandler, type Request } from 'express'
import { type GatewayEvents } from '../events'
import { asAppError, problemDocument } from '../http/problem-document'
import { requestIdOf } from './locals'

/** No route has this path. */
export const unknownRoute: RequestHandler = (request) => {
  throw new AppError('NOT_FOUND', `there is nothing at ${pathOf(request)}`)
}

/** A route has this path, but not with this method. */
export function wrongMethod(allowed: readonly string[]): RequestHandler {
  const allow = allowed.join(', ')
  return (request, response) => {
    response.setHeader('Allow', allow)
    if (request.method === 'OPTIONS') {
      response.status(204).end()
      return
    }
    throw new AppError('METHOD_NOT_ALLOWED', `${request.method} is not for this path; it takes ${allow}`)
  }
}

/** The last handler: every error leaves as application/problem+json, and only the log sees what was not foreseen. */
export function answerProblems(events: GatewayEvents): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const requestId = requestIdOf(response)
    const known = asAppError(error)
    if (known.code === 'INTERNAL')
      events.requestFailed({ requestId, method: request.method, path: pathOf(request), error })
    if (response.headersSent) {
      response.destroy()
      return
    }
    if (known.code === 'UNAUTHENTICATED') {
      const wrong = request.headers.authorization === undefined ? '' : ', error="invalid_token"'
      response.setHeader('WWW-Authenticate', `Bearer realm="fillstream"${wrong}`)
    }
    const retryAfterSeconds = retryAfter(known)
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds))
    const document = problemDocument(known, { requestId, instance: pathOf(request) })
    response.statusCode = document.status
    response.setHeader('Content-Type', 'application/problem+json')
    response.end(JSON.stringify(document))
  }
}

/** Answers what is not even HTTP, or whose head is too large, in the same form. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex, requestId: string): void {
  // A request that came too slowly may be sent again: the socket is all there is to end.
  if (error.code === 'ECONNRESET' || error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || !socket.writable) {
    socket.destroy()
    return
  }
  const detail =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'the head of the request is too large'
      : 'this is not a valid HTTP request'
  const body = JSON.stringify(
    problemDocument(new AppError('VALIDATION_FAILED', detail), { requestId, instance: '/' }),
  )
  socket.end(
    [
      `HTTP/1.1 ${PROBLEMS.VALIDATION_FAILED.status} Bad Request`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

/** Who is told to slow down is told for how long. */
function retryAfter(error: AppError): number | undefined {
  const asked = error.code === 'OVERLOADED' || error.code === 'RATE_LIMITED'
  return error.context.retryAfterSeconds ?? (asked ? 1 : undefined)
}

function pathOf(request: Request): string {
  return request.originalUrl.split('?', 1)[0] ?? '/'
}
