import { z } from 'zod'
import { bpsSchema, positiveAmountSchema, positiveDecimalSchema, utcTimeSchema } from './primitives'
import { type SwapMode } from './quote'

export const orderTypeSchema = z.enum(['market', 'limit', 'stop', 'trailingStop', 'sniper'])
export type OrderType = z.infer<typeof orderTypeSchema>

/** A swap fills whole or not at all, so `IOC` is fill-or-kill too. `GTC`: until cancelled. `GTD`: until `expiresAt`. */
export const timeInForceSchema = z.enum(['IOC', 'GTC', 'GTD'])
export type TimeInForce = z.infer<typeof timeInForceSchema>

/** How `limitPrice` is written: units of output for one unit of input, or the other way round. */
export const priceUnitSchema = z.enum(['outputPerInput', 'inputPerOutput'])
export type PriceUnit = z.infer<typeof priceUnitSchema>

/** How long a `GTD` order that names no time waits: 7 days. */
export const DEFAULT_LIFE_MS = 7 * 24 * 3_600_000

export const sniperSafetySchema = z.strictObject({
  requireMintRenounced: z.boolean().default(true),
  requireFreezeRenounced: z.boolean().default(true),
  /** The most of the supply that its creator may hold. */
  maxCreatorShareBps: bpsSchema.default(2_000),
  /** The most that buying and selling back at once may lose. */
  maxRoundTripLossBps: bpsSchema.default(3_000),
})

/** What a sniper buys at, and what it refuses. */
export const sniperSchema = z.strictObject({
  /** Base units of `inputMint` that the pool must hold. */
  minLiquidity: positiveAmountSchema.nullable().default(null),
  /** How long after its opening a pool is still bought from. */
  maxOpenDelayMs: z.number().int().min(0).max(86_400_000).default(60_000),
  /** Units of input for one unit of output, human decimals. */
  maxPrice: positiveDecimalSchema.nullable().default(null),
  safety: sniperSafetySchema.prefault({}),
})
export type Sniper = z.infer<typeof sniperSchema>

/** The same in answers, which may gain fields. */
export const sniperViewSchema = z.object({
  ...sniperSchema.shape,
  safety: z.object(sniperSafetySchema.shape),
})

/** The fields of a request that depend on its type. Which type takes, needs and refuses what: `checkTerms`. */
export const orderTermsShape = {
  limitPrice: positiveDecimalSchema
    .optional()
    .describe(
      'limit, stop: the price. limit fires when it is reached or better, stop when it is reached or worse.',
    ),
  priceUnit: priceUnitSchema
    .optional()
    .describe('limit, stop: how limitPrice is written. Default outputPerInput.'),
  timeInForce: timeInForceSchema
    .optional()
    .describe('market: IOC alone. limit: all three. Others: GTC, GTD. Default GTD, market IOC.'),
  expiresAt: utcTimeSchema.optional().describe('With GTD alone. Default 7 days from acceptance.'),
  trailingBps: bpsSchema
    .min(1)
    .max(9_999)
    .optional()
    .describe('trailingStop: fires this far below the best price since acceptance.'),
  sniper: sniperSchema.optional().describe('sniper: what it buys at, and what it refuses.'),
}

interface Terms {
  readonly type: OrderType
  readonly swapMode: SwapMode
  readonly limitPrice?: string | undefined
  readonly priceUnit?: PriceUnit | undefined
  readonly timeInForce?: TimeInForce | undefined
  readonly expiresAt?: string | undefined
  readonly trailingBps?: number | undefined
  readonly sniper?: Sniper | undefined
}

type TypedField = 'limitPrice' | 'priceUnit' | 'trailingBps' | 'sniper'

/** Fields that only some types have, and the times in force each type takes, its default first. */
const RULES: Readonly<
  Record<
    OrderType,
    {
      readonly needs: readonly TypedField[]
      readonly takes: readonly TypedField[]
      readonly timesInForce: readonly [TimeInForce, ...TimeInForce[]]
    }
  >
> = {
  market: { needs: [], takes: [], timesInForce: ['IOC'] },
  limit: { needs: ['limitPrice'], takes: ['priceUnit'], timesInForce: ['GTD', 'GTC', 'IOC'] },
  stop: { needs: ['limitPrice'], takes: ['priceUnit'], timesInForce: ['GTD', 'GTC'] },
  trailingStop: { needs: ['trailingBps'], takes: [], timesInForce: ['GTD', 'GTC'] },
  sniper: { needs: [], takes: ['sniper'], timesInForce: ['GTD', 'GTC'] },
}
const TYPED_FIELDS: readonly TypedField[] = ['limitPrice', 'priceUnit', 'trailingBps', 'sniper']

/** The time in force of a request that names none. */
export function defaultTimeInForce(type: OrderType): TimeInForce {
  return RULES[type].timesInForce[0]
}

/** What of `terms` does not go with its type: the field and why. Empty where all is well. */
export function checkTerms(terms: Terms): { field: keyof Terms; message: string }[] {
  const { type, timeInForce = defaultTimeInForce(type) } = terms
  const { needs, takes, timesInForce } = RULES[type]
  const wrong: { field: keyof Terms; message: string }[] = []
  for (const field of TYPED_FIELDS) {
    if (needs.includes(field)) {
      if (terms[field] === undefined) wrong.push({ field, message: `is required for a ${type} order` })
    } else if (!takes.includes(field) && terms[field] !== undefined)
      wrong.push({ field, message: `is not a field of a ${type} order` })
  }
  if (!timesInForce.includes(timeInForce))
    wrong.push({ field: 'timeInForce', message: `must be ${timesInForce.join(' or ')} for a ${type} order` })
  else if (terms.expiresAt !== undefined && timeInForce !== 'GTD')
    wrong.push({ field: 'expiresAt', message: 'goes with timeInForce GTD alone' })
  if (type === 'sniper' && terms.swapMode !== 'ExactIn')
    wrong.push({ field: 'swapMode', message: 'must be ExactIn for a sniper order' })
  return wrong
}
