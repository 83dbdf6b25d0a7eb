import type { Failure, FailureCode } from '@fillstream/types'

/** By code: whether the engine itself tries again (transient), and whether a new order could help the client. */
const FAILURES: Readonly<Record<FailureCode, { transient: boolean; retryable: boolean }>> = {
  NO_ROUTE: { transient: false, retryable: false },
  INSUFFICIENT_LIQUIDITY: { transient: false, retryable: false },
  SLIPPAGE_EXCEEDED: { transient: true, retryable: true },
  PRICE_IMPACT_TOO_HIGH: { transient: false, retryable: false },
  INSUFFICIENT_FUNDS: { transient: false, retryable: false },
  VENUE_UNAVAILABLE: { transient: true, retryable: true },
  VENUE_TIMEOUT: { transient: true, retryable: true },
  TX_EXPIRED: { transient: true, retryable: true },
  TX_FAILED: { transient: false, retryable: false },
  ORDER_EXPIRED: { transient: false, retryable: true },
  SAFETY_CHECK_FAILED: { transient: false, retryable: false },
}

/** Whether an attempt that ended so is followed by another. */
export function isTransient(code: FailureCode): boolean {
  return FAILURES[code].transient
}

/** The failure that an order ends with. */
export function failureOf(code: FailureCode, message: string): Failure {
  return { code, message, retryable: FAILURES[code].retryable }
}

/** An order failure on its way up to the step that appends it. */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError'
  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
