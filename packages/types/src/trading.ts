import { z } from 'zod'

/** Whether the engine trades, as an operator last said: `GET /v1/admin/trading`. */
export const tradingStateSchema = z.object({
  halted: z.boolean(),
  /** Why it was halted or resumed; null where nothing was said. */
  reason: z.string().nullable(),
  /** Since when it is so; null where nobody has ever halted. */
  since: z.string().nullable(),
  /** The API key that said so last. */
  keyId: z.string().nullable(),
})
export type TradingStateView = z.infer<typeof tradingStateSchema>

export const tradingChangeSchema = z.strictObject({
  halted: z.boolean(),
  reason: z.string().trim().min(1).max(500).optional(),
})
