import { AppError } from '@fillstream/core'
import { PROBLEMS, type OrderView, type Problem, type ProblemCode } from '@fillstream/types'

/** The URI that names a kind of problem. */
export function problemType(code: ProblemCode): string {
  return `urn:fillstream:problem:${code.toLowerCase().replaceAll('_', '-')}`
}

const MAX_INSTANCE = 512

/** The document that answers an error (RFC 9457). What was not foreseen says nothing of its inside. */
export function problemDocument(
  error: unknown,
  { requestId, instance }: { readonly requestId: string; readonly instance: string },
): Problem {
  const known = asAppError(error)
  const { status, title, retryable } = PROBLEMS[known.code]
  const { errors = [], orderId, order } = known.context
  return {
    type: problemType(known.code),
    title,
    status,
    detail: known.message,
    instance: instance.slice(0, MAX_INSTANCE),
    code: known.code,
    retryable,
    requestId,
    errors: [...errors],
    ...(orderId === undefined ? {} : { orderId }),
    ...(order === undefined ? {} : { order: order as OrderView }),
  }
}

/** The error as one of the contract's: Express's own complaint about a path means that nothing is there. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof URIError) return new AppError('NOT_FOUND', 'the path is not validly percent-encoded')
  return new AppError(
    'INTERNAL',
    'something went wrong here; the request id leads to the log',
    {},
    { cause: error },
  )
}
