import { createHash } from 'node:crypto'
import { encodeBase58 } from '../encoding/base58'

/** Which attempt of which order a transaction belongs to. */
export interface AttemptName {
  readonly orderId: string
  /** 1, 2, 3... */
  readonly attempt: number
}

const FORM = /^([A-Za-z0-9_.-]{1,64}):([1-9][0-9]{0,5})$/
const REST = ':rest'

/** The memo of an attempt's settlement: `<orderId>:<attempt>`. */
export function attemptMemo({ orderId, attempt }: AttemptName): string {
  return `${orderId}:${attempt}`
}

/** The memo of the second transaction, which pays what the first left over: `<orderId>:<attempt>:rest`. */
export function restMemo(name: AttemptName): string {
  return `${attemptMemo(name)}${REST}`
}

/** Reads an attempt's memo, or (`rest` true) that of its second transaction; null where the text is neither. */
export function decodeAttemptMemo(text: string): (AttemptName & { readonly rest: boolean }) | null {
  const rest = text.endsWith(REST)
  const [, orderId, attempt] = FORM.exec(rest ? text.slice(0, -REST.length) : text) ?? []
  return orderId === undefined || attempt === undefined ? null : { orderId, attempt: Number(attempt), rest }
}

/**
 * The address that an attempt's transactions name and nobody else's: sha256 of `fillstream:<orderId>:<attempt>`.
 * `getSignaturesForAddress` of it finds the settlement and its rest.
 */
export function attemptReference(name: AttemptName): string {
  return encodeBase58(
    createHash('sha256')
      .update(`fillstream:${attemptMemo(name)}`)
      .digest(),
  )
}

/** The seed of the temporary wrapped-SOL account: the first 32 hex digits of the sha256 of `<orderId>:<attempt>`. */
export function temporaryAccountSeed(name: AttemptName): string {
  return createHash('sha256').update(attemptMemo(name)).digest('hex').slice(0, 32)
}
