import { type OPERATIONS } from '@fillstream/types'
import { type z } from 'zod'

/** Who asks. */
export interface Caller {
  readonly accountId: string
  /** Null for the demo account, which needs no key. */
  readonly keyId: string | null
  readonly scopes: readonly string[]
}

export type OperationName = keyof typeof OPERATIONS
type Row<Name extends OperationName> = (typeof OPERATIONS)[Name]

type BodyOf<Name extends OperationName> =
  Row<Name> extends { readonly body: infer Schema extends z.ZodType } ? z.output<Schema> : undefined
type QueryOf<Name extends OperationName> =
  Row<Name> extends { readonly query: infer Schema extends z.ZodType } ? z.output<Schema> : undefined

/** A request that is known to be well-formed and allowed. */
export interface Call<Name extends OperationName> {
  readonly operation: Name
  readonly requestId: string
  readonly caller: Caller
  readonly params: Readonly<Record<string, string>>
  readonly query: QueryOf<Name>
  readonly body: BodyOf<Name>
  /** The body as it was sent; empty where the operation has none. */
  readonly bodyText: string
  readonly idempotencyKey: string | null
}

/** What a route answers: the status is its operation's. */
export interface Answer<Name extends OperationName> {
  readonly body: z.input<Row<Name>['answer']>
  readonly headers?: Readonly<Record<string, string>>
}

export type Handler<Name extends OperationName> = (call: Call<Name>) => Promise<Answer<Name>>

/** One handler for each operation of the contract. */
export type Handlers = { readonly [Name in OperationName]: Handler<Name> }
