import { createHash } from 'node:crypto'
import { encodeBase58 } from '../encoding/base58'

/**
 * The address that the transactions of one attempt name as a read-only account, so that `getSignaturesForAddress` finds
 * them: SHA-256 of `fillstream:<orderId>:<attempt>`. Nobody holds a key of it.
 */
export function settlementReference(orderId: string, attempt: number): string {
  return encodeBase58(createHash('sha256').update(`fillstream:${orderId}:${attempt}`).digest())
}

/** Memo of an attempt's main transaction; the one that pays the surplus out adds `:rest`. */
export function attemptMemo(orderId: string, attempt: number): string {
  return `${orderId}:${attempt}`
}

/** Seed of an attempt's temporary wrapped-SOL account: the first 32 hex digits of SHA-256 of `orderId:attempt`. */
export function temporaryAccountSeed(orderId: string, attempt: number): string {
  return createHash('sha256').update(attemptMemo(orderId, attempt)).digest('hex').slice(0, 32)
}
