import { orderStatusSchema, type OrderNews } from '@fillstream/types'

const STATUSES: ReadonlySet<unknown> = new Set(orderStatusSchema.options)

const isNumber = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1

/** Whether it has all that its readers go by. What `data` holds is its writer's, who is one of ours. */
function isNews(value: unknown): value is OrderNews {
  if (typeof value !== 'object' || value === null) return false
  const { orderId, accountId, seq, cursor, status, phase, at, data } = value as Partial<
    Record<keyof OrderNews, unknown>
  >
  return (
    typeof orderId === 'string' &&
    typeof accountId === 'string' &&
    isNumber(seq) &&
    isNumber(cursor) &&
    STATUSES.has(status) &&
    (phase === null || typeof phase === 'string') &&
    typeof at === 'string' &&
    typeof data === 'object' &&
    data !== null
  )
}

/**
 * An event from a stream entry's fields, or null where the entry is not one (it is skipped, never fatal). Every notifier reads every
 * event of the engine: the full schema costs several times what reading the JSON does.
 */
export function readNews(fields: readonly string[]): OrderNews | null {
  const at = fields.indexOf('e')
  const text = at < 0 ? undefined : fields[at + 1]
  if (text === undefined) return null
  try {
    const value: unknown = JSON.parse(text)
    return isNews(value) ? value : null
  } catch {
    return null
  }
}
