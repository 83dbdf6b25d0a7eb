import { type IncomingHttpHeaders } from 'node:http'
import { invalidField } from './parse'

/** The client's own request id where it is harmless to log and to echo, else null. */
export function givenRequestId(headers: IncomingHttpHeaders): string | null {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(given) ? given : null
}

/** The `Idempotency-Key`, or null. Throws VALIDATION_FAILED for one that is not 1 to 255 printable characters. */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): string | null {
  const given = headers['idempotency-key']
  if (given === undefined) return null
  if (typeof given === 'string' && /^[\x20-\x7e]{1,255}$/.test(given)) return given
  throw invalidField('Idempotency-Key', 'invalid_format', 'must be 1 to 255 printable ASCII characters')
}
