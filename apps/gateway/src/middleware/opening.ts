import { type Clock, type IdSource } from '@fillstream/runtime'
import { type RequestHandler } from 'express'
import { type GatewayEvents } from '../events'
import { givenRequestId } from '../http/headers'
import { operationOf, setRequestId } from './locals'

const SECURITY_HEADERS = Object.entries({
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
})

/** The first act of every request: its id, the headers that every answer has, and its count when it is answered. */
export function openRequest(deps: {
  readonly clock: Clock
  readonly ids: IdSource
  readonly events: GatewayEvents
}): RequestHandler {
  const { clock, ids, events } = deps
  return (request, response, next) => {
    const startedAt = clock.monotonic()
    const requestId = givenRequestId(request.headers) ?? ids.uuid()
    setRequestId(response, requestId)
    response.setHeader('X-Request-Id', requestId)
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value)
    response.on('finish', () => {
      const seconds = (clock.monotonic() - startedAt) / 1_000
      events.requestAnswered(operationOf(response), response.statusCode, seconds)
    })
    next()
  }
}
