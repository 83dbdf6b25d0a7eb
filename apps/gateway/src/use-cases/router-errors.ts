import { AppError } from '@fillstream/core'
import { RpcError, RpcUnavailableError } from '@fillstream/messaging'
import { invalidField } from '../http/parse'

/** What an answer of another service, or its silence, means to the client. Anything else stays what it is. */
export function asClientError(error: unknown, service: string): unknown {
  if (error instanceof RpcUnavailableError)
    return new AppError('DEPENDENCY_UNAVAILABLE', `${service} does not answer`, {}, { cause: error })
  if (!(error instanceof RpcError)) return error
  switch (error.code) {
    case 'NO_ROUTE':
      return new AppError('NOT_FOUND', error.message, {
        errors: [{ path: '', code: error.code, message: error.message }],
      })
    case 'INSUFFICIENT_LIQUIDITY':
    case 'PRICE_IMPACT_TOO_HIGH':
      return invalidField('amount', error.code, error.message)
    case 'VENUE_TIMEOUT':
    case 'VENUE_UNAVAILABLE':
    case 'NOT_READY':
      return new AppError('DEPENDENCY_UNAVAILABLE', error.message, {}, { cause: error })
    default:
      return error
  }
}
