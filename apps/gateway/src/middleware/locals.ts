import { type Response } from 'express'

interface GatewayLocals {
  requestId?: string
  operation?: string
}

/** The id under which this request is logged and answered. */
export function requestIdOf(response: Response): string {
  return (response.locals as GatewayLocals).requestId ?? ''
}

/** The operation that answers this request; `none` where no route matched. */
export function operationOf(response: Response): string {
  return (response.locals as GatewayLocals).operation ?? 'none'
}

export function setRequestId(response: Response, requestId: string): void {
  ;(response.locals as GatewayLocals).requestId = requestId
}

export function setOperation(response: Response, operation: string): void {
  ;(response.locals as GatewayLocals).operation = operation
}
