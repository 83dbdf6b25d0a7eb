import { getBase58Encoder } from '@solana/kit'
import { z } from 'zod'
import { type AccountState } from '../svm/account'
import { invalidParams } from './errors'

const MAX_FILTERS = 4
const MAX_MEMCMP_BYTES = 128

/** `getProgramAccounts` filters: data size, and bytes at an offset. */
export const accountFilters = z
  .array(
    z.union([
      z.object({ dataSize: z.number().int().min(0) }),
      z.object({
        memcmp: z.object({
          offset: z.number().int().min(0),
          bytes: z.string().max(2 * MAX_MEMCMP_BYTES),
          encoding: z.enum(['base58', 'base64']).default('base58'),
        }),
      }),
    ]),
  )
  .max(MAX_FILTERS, 'Too many filters provided; max 4')
  .default([])
  .transform((filters) =>
    filters.map((filter) =>
      'dataSize' in filter
        ? filter
        : { offset: filter.memcmp.offset, bytes: bytesOf(filter.memcmp.bytes, filter.memcmp.encoding) },
    ),
  )

export type AccountFilters = z.infer<typeof accountFilters>

/** True where an account passes all filters. */
export function matchesFilters({ data }: AccountState, filters: AccountFilters): boolean {
  return filters.every((filter) =>
    'dataSize' in filter
      ? data.length === filter.dataSize
      : Buffer.compare(data.subarray(filter.offset, filter.offset + filter.bytes.length), filter.bytes) === 0,
  )
}

function bytesOf(text: string, encoding: 'base58' | 'base64'): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes =
      encoding === 'base64' ? Buffer.from(text, 'base64') : Uint8Array.from(getBase58Encoder().encode(text))
  } catch {
    throw invalidParams('Invalid param: memcmp bytes are not base58')
  }
  if (bytes.length > MAX_MEMCMP_BYTES) throw invalidParams('Invalid param: memcmp bytes too long; max 128')
  return bytes
}
