/** An error that a JSON-RPC client is meant to see, with Solana's own codes. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message)
  }
}

export const PARSE_ERROR = -32_700
export const INVALID_REQUEST = -32_600
export const METHOD_NOT_FOUND = -32_601
export const INVALID_PARAMS = -32_602
export const INTERNAL_ERROR = -32_603
export const PREFLIGHT_FAILURE = -32_002
export const SIGNATURE_VERIFICATION_FAILURE = -32_003
export const NODE_UNHEALTHY = -32_005
export const UNSUPPORTED_TRANSACTION_VERSION = -32_015
export const MIN_CONTEXT_SLOT_NOT_REACHED = -32_016

export function invalidParams(message: string): RpcError {
  return new RpcError(INVALID_PARAMS, message)
}
