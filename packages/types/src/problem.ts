import { z } from 'zod'
import { orderSchema } from './order'

/** Every code of the HTTP API: its status, title, and whether the same request may succeed later. */
export const PROBLEMS = {
  VALIDATION_FAILED: { status: 400, title: 'The request is not valid', retryable: false },
  MALFORMED_JSON: { status: 400, title: 'The body is not JSON', retryable: false },
  UNAUTHENTICATED: { status: 401, title: 'No valid credential', retryable: false },
  FORBIDDEN: { status: 403, title: 'Not allowed', retryable: false },
  NOT_FOUND: { status: 404, title: 'Not found', retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed', retryable: false },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    title: 'The first request with this key is still running',
    retryable: true,
  },
  DUPLICATE_CLIENT_ORDER_ID: { status: 409, title: 'Another order has this clientOrderId', retryable: false },
  CANCEL_TOO_LATE: { status: 409, title: 'The order can no longer be cancelled', retryable: false },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large', retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body must be application/json', retryable: false },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'This key was used with another body', retryable: false },
  RATE_LIMITED: { status: 429, title: 'Too many requests', retryable: true },
  INTERNAL: { status: 500, title: 'Internal error', retryable: true },
  OVERLOADED: { status: 503, title: 'Overloaded', retryable: true },
  TRADING_HALTED: { status: 503, title: 'Trading is halted', retryable: true },
  DEPENDENCY_UNAVAILABLE: { status: 503, title: 'A dependency is unavailable', retryable: true },
} as const
export type ProblemCode = keyof typeof PROBLEMS
export const problemCodeSchema = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])

export const fieldErrorSchema = z.object({ path: z.string(), code: z.string(), message: z.string() })
export type FieldError = z.infer<typeof fieldErrorSchema>

/** RFC 9457 problem details, with our stable `code`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  code: problemCodeSchema,
  retryable: z.boolean(),
  requestId: z.string(),
  errors: z.array(fieldErrorSchema),
  orderId: z.string().optional(),
  order: orderSchema.optional(),
})
export type Problem = z.infer<typeof problemSchema>
