/** An error answer of the control API: `{error: {code, message}}` with this HTTP status. */
export class ControlError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export function invalid(message: string): ControlError {
  return new ControlError(400, 'VALIDATION_FAILED', message)
}

export function notFound(message: string): ControlError {
  return new ControlError(404, 'NOT_FOUND', message)
}
