import { createHash } from 'node:crypto'

type Plain = string | number | boolean | null | undefined | Plain[] | { readonly [name: string]: Plain }

/**
 * Tells a repeated request from another one: SHA-256 (hex) over the operation and the request as it was understood, so
 * that the order of fields, a default that is written out, or a symbol instead of its mint make no difference.
 */
export function bodyHash(operation: string, request: { readonly [name: string]: Plain }): string {
  return createHash('sha256').update(canonical({ operation, request }), 'utf8').digest('hex')
}

function canonical(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`)
  return `{${fields.join(',')}}`
}
