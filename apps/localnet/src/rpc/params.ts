import { z } from 'zod'
import { decodeAddress } from '@fillstream/core'
import { type NodeView } from '../svm/node-view'
import { invalidParams, MIN_CONTEXT_SLOT_NOT_REACHED, RpcError } from './errors'

export const addressParam = z
  .string()
  .refine((text) => decodeAddress(text) !== null, 'Invalid param: WrongSize')
export const signatureParam = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{64,88}$/, 'Invalid param: WrongSize')
export const commitmentParam = z.enum(['processed', 'confirmed', 'finalized'])
const slotParam = z.number().int().min(0)

/** What every reading method takes. Solana's default is `finalized`. */
export const readConfig = z.object({
  commitment: commitmentParam.default('finalized'),
  minContextSlot: slotParam.optional(),
})

export const dataSliceParam = z.object({ offset: slotParam, length: slotParam })
export const encodingParam = z.enum(['base58', 'base64', 'jsonParsed'])

/** What methods take that answer with accounts. */
export const accountConfig = readConfig.extend({
  encoding: encodingParam.optional(),
  dataSlice: dataSliceParam.optional(),
})

/** Positional parameters: missing and null ones count as not given. Schemas are made once, since the first use of each compiles it. */
export class Params {
  constructor(private readonly values: readonly unknown[]) {}

  /** The parameter at this place by its schema; throws INVALID_PARAMS. */
  get<Schema extends z.ZodType>(place: number, schema: Schema): z.infer<Schema> {
    return this.read(place, this.values[place] ?? undefined, schema)
  }

  /** An optional configuration object; a bare `null` or nothing is the default one. */
  config<Schema extends z.ZodObject>(place: number, schema: Schema): z.infer<Schema> {
    return this.read(place, this.values[place] ?? {}, schema)
  }

  private read<Schema extends z.ZodType>(place: number, value: unknown, schema: Schema): z.infer<Schema> {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const path = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')})`
    throw invalidParams(
      value === undefined && place >= this.values.length
        ? 'Invalid params: invalid length'
        : `Invalid params: ${issue?.message ?? 'not what was expected'}${path}.`,
    )
  }
}

/** The slot that a reader of this configuration sees; throws where it lags behind what the reader demands. */
export function readSlot(node: NodeView, config: z.infer<typeof readConfig>): number {
  const slot = node.slot(config.commitment)
  if (config.minContextSlot !== undefined && slot < config.minContextSlot)
    throw new RpcError(MIN_CONTEXT_SLOT_NOT_REACHED, 'Minimum context slot has not been reached', {
      contextSlot: slot,
    })
  return slot
}

/** An answer together with the slot it is true of. */
export function withContext(slot: number, value: unknown): { context: object; value: unknown } {
  return { context: { apiVersion: API_VERSION, slot }, value }
}

/** The node version whose shapes these answers have. */
export const API_VERSION = '2.2.7'
