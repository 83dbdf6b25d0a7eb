import type { Order } from './model/order'

/** Codes of the API's refusals, and the four that the client adds itself. */
export type FillstreamErrorCode =
  | 'VALIDATION_FAILED'
  | 'MALFORMED_JSON'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'IDEMPOTENCY_KEY_IN_USE'
  | 'DUPLICATE_CLIENT_ORDER_ID'
  | 'CANCEL_TOO_LATE'
  | 'BODY_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'RATE_LIMITED'
  | 'INTERNAL'
  | 'OVERLOADED'
  | 'TRADING_HALTED'
  | 'DEPENDENCY_UNAVAILABLE'
  | ClientErrorCode

/**
 * `UNREACHABLE`: no answer (network, or a proxy's 502 or 504). `TIMEOUT`: none within `timeoutMs`.
 * `INVALID_ANSWER`: an answer that is not the API's. `PROTOCOL_ERROR`: the stream broke its rules.
 */
export type ClientErrorCode = 'UNREACHABLE' | 'TIMEOUT' | 'INVALID_ANSWER' | 'PROTOCOL_ERROR'

/** One field of a request that was refused. */
export interface FieldError {
  readonly path: string
  readonly code: string
  readonly message: string
}

export interface FillstreamErrorContext {
  readonly status?: number | null
  readonly retryable?: boolean
  readonly requestId?: string | null
  readonly errors?: readonly FieldError[]
  readonly order?: Order
  readonly orderId?: string
  readonly idempotencyKey?: string
  readonly cause?: unknown
}

/**
 * Everything that a call or a stream can be refused with, except an abort, which throws the signal's reason.
 * @example
 * ```ts
 * catch (error) {
 *   if (isFillstreamError(error, 'CANCEL_TOO_LATE')) console.log('it is', error.order?.status)
 *   else throw error
 * }
 * ```
 */
export class FillstreamError extends Error {
  override readonly name = 'FillstreamError'
  /** Stable: decide by this, never by `message`. New codes may come. */
  readonly code: FillstreamErrorCode | (string & {})
  /** HTTP status; null where there was no HTTP answer. */
  readonly status: number | null
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** What the service's logs call the request. */
  readonly requestId: string | null
  readonly errors: readonly FieldError[]
  /** The order as it stands, with `CANCEL_TOO_LATE`. */
  readonly order: Order | undefined
  /** The order that may have been accepted, where the outcome of `place` is unknown. */
  readonly orderId: string | undefined
  /** The key under which `place` was tried: place again with it and there is still one order. */
  readonly idempotencyKey: string | undefined

  constructor(
    code: FillstreamErrorCode | (string & {}),
    message: string,
    context: FillstreamErrorContext = {},
  ) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause })
    this.code = code
    this.status = context.status ?? null
    this.retryable = context.retryable ?? false
    this.requestId = context.requestId ?? null
    this.errors = context.errors ?? []
    this.order = context.order
    this.orderId = context.orderId
    this.idempotencyKey = context.idempotencyKey
  }
}

/** Whether `error` is a {@link FillstreamError}, with this code if one is given. Works across copies of the package. */
export function isFillstreamError(error: unknown, code?: FillstreamErrorCode): error is FillstreamError {
  return (
    error instanceof Error &&
    error.name === 'FillstreamError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  )
}
