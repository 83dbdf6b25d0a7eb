import { PROBLEMS, type FieldError, type ProblemCode } from '@fillstream/types'

/** What an AppError may carry into the problem document beside its code. */
export interface ProblemContext {
  readonly errors?: readonly FieldError[]
  readonly retryAfterSeconds?: number
  readonly orderId?: string
  readonly order?: unknown
}

/** An expected error with a stable code: status, title and `retryable` follow from the code by one table. */
export class AppError extends Error {
  override readonly name = 'AppError'
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly context: ProblemContext = {},
    options?: ErrorOptions,
  ) {
    super(detail, options)
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }

  get retryable(): boolean {
    return PROBLEMS[this.code].retryable
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
