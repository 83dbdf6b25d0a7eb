import { hash } from 'node:crypto'

type Plain = string | number | boolean | null | undefined | Plain[] | { readonly [name: string]: Plain }

/**
 * Tells a repeated request from another one: SHA-256 (hex) over the operation and the request as it was understood, so
 * that the order of fields, a default that is written out, or a symbol instead of its mint make no difference.
 */
export function bodyHash(operation: string, request: { readonly [name: string]: Plain }): string {
  return hash('sha256', canonical({ operation, request }), 'hex')
}

function canonical(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  let fields = ''
  for (const name of Object.keys(value).sort()) {
    const field = value[name]
    if (field === undefined) continue
    fields += `${fields === '' ? '' : ','}${JSON.stringify(name)}:${canonical(field)}`
  }
  return `{${fields}}`
}
