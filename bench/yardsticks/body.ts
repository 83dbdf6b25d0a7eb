import { z } from 'zod'

/** What the yardsticks take as an order. */
export const bodySchema = z.strictObject({
  type: z.literal('market'),
  inputMint: z.string(),
  outputMint: z.string(),
  amount: z.string().regex(/^\d{1,20}$/),
  slippageBps: z.number().int().min(0).max(10_000).default(50),
})
export type Body = z.infer<typeof bodySchema>
