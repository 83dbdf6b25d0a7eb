import type { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type { Prisma, PrismaClient } from '../generated/client'
import { type Persist } from './persist'

/** Statements that are written out. */
export interface Statements {
  /**
   * The rows of a statement whose parameters are texts. Each is the array of its columns: a bigint is text, as the driver has it. Fails as
   * the client's own statements do (`errors.ts`).
   */
  rows<Row extends readonly unknown[]>(statement: Prisma.Sql): Promise<Row[]>
}

/** What writing goes through: hot statements by the adapter, the rest by the client, each repeated where its outcome is unknown. */
export interface StoreWriting {
  readonly client: PrismaClient
  readonly statements: Statements
  readonly persist: Persist
}

/** Values that need no quoting (UUIDs, hex, numbers) as Postgres writes an array. */
export const arrayText = (values: readonly (string | number)[]): string => `{${values.join(',')}}`

const TEXT = { scalarType: 'string', arity: 'scalar' } as const

/**
 * By Prisma's adapter, past its client: for a statement that is written out the client only plans, checks and converts, which costs more
 * than sending it does. A process whose every statement goes this way also never compiles the client's WebAssembly, which takes 60 MB.
 */
export function createStatements(factory: Pick<PrismaPg, 'connect'>): Statements {
  let connecting: Promise<SqlDriverAdapter> | undefined
  return {
    async rows<Row extends readonly unknown[]>({ text, values }: Prisma.Sql) {
      connecting ??= factory.connect()
      const adapter = await connecting
      const { rows } = await adapter.queryRaw({ sql: text, args: values, argTypes: values.map(() => TEXT) })
      return rows as unknown as Row[]
    },
  }
}
