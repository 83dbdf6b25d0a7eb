import { AppError } from '@fillstream/core'

/** Where a page of orders ended: the next one goes on behind it. */
export interface OrderPosition {
  readonly createdAt: Date
  readonly id: string
}

const FORM = /^([0-9]{1,15})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/

/** The position as clients hold it: opaque text. */
export function encodeCursor({ createdAt, id }: OrderPosition): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url')
}

/** Throws VALIDATION_FAILED at `cursor` for a text that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): OrderPosition {
  const [, time, id] = FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  if (
    time === undefined ||
    id === undefined ||
    encodeCursor({ createdAt: new Date(Number(time)), id }) !== cursor
  )
    throw new AppError('VALIDATION_FAILED', 'The request is not valid', {
      errors: [
        { path: 'cursor', code: 'invalid_cursor', message: 'must be a nextCursor of an earlier answer' },
      ],
    })
  return { createdAt: new Date(Number(time)), id }
}
