import { type AddressBook } from '@fillstream/core'
import { LOOKUP_TABLE_PROGRAM } from '../tokens/programs'
import { type Ledger } from './ledger'
import { isWritableKey, type WireTransaction } from './wire'

/** The keys of a transaction, static ones first, then those from lookup tables. */
export interface ResolvedKeys {
  readonly keys: readonly string[]
  readonly writable: readonly boolean[]
  /** How many of `keys` came from lookup tables, writable ones first. */
  readonly loaded: { readonly writable: number; readonly readonly: number }
}

const LOOKUP_TABLE_HEADER = 56

/** The keys of a transaction; those of lookup tables are read from the tables. Null where a table has no such entry. */
export function resolveKeys(
  ledger: Ledger,
  wire: WireTransaction,
  addresses: AddressBook,
): ResolvedKeys | null {
  const writable: string[] = []
  const readonly: string[] = []
  for (const lookup of wire.lookups) {
    const table = ledger.read(lookup.table)
    if (table?.owner !== LOOKUP_TABLE_PROGRAM) return null
    for (const [from, to] of [
      [lookup.writable, writable],
      [lookup.readonly, readonly],
    ] as const) {
      for (const index of from) {
        const at = LOOKUP_TABLE_HEADER + 32 * index
        if (at + 32 > table.data.length) return null
        to.push(addresses.nameOf(table.data.subarray(at, at + 32)))
      }
    }
  }
  return {
    keys: [...wire.keys, ...writable, ...readonly],
    writable: [
      ...wire.keys.map((_, index) => isWritableKey(wire, index)),
      ...writable.map(() => true),
      ...readonly.map(() => false),
    ],
    loaded: { writable: writable.length, readonly: readonly.length },
  }
}
