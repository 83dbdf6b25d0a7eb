import { type RequestHandler } from 'express'

const METHODS = 'GET, POST, PUT, DELETE'
const REQUEST_HEADERS = 'Authorization, Content-Type, Idempotency-Key, X-Request-Id'
const ANSWER_HEADERS =
  'Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id'
const MAX_AGE_SECONDS = '600'

/** Lets pages of the listed origins use the API. With an empty list no page of another origin can. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const origin = request.headers.origin
    if (origins.length > 0) response.setHeader('Vary', 'Origin')
    if (origin === undefined || !origins.includes(origin)) {
      next()
      return
    }
    response.setHeader('Access-Control-Allow-Origin', origin)
    response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS)
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      next()
      return
    }
    response.setHeader('Access-Control-Allow-Methods', METHODS)
    response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS)
    response.setHeader('Access-Control-Max-Age', MAX_AGE_SECONDS)
    response.status(204).end()
  }
}
