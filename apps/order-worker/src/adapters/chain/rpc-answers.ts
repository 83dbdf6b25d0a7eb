import { z } from 'zod'

/*
 * What the nodes' answers must look like, as far as they are read: https://solana.com/docs/rpc. Integers that a double may not hold
 * come as strings (parse-json.ts).
 */
const integer = z.union([z.int(), z.string().regex(/^-?\d{16,}$/)])
const count = integer.transform(Number)
const amount = integer.transform(BigInt)
const withContext = <Value extends z.ZodType>(value: Value) =>
  z.object({ context: z.object({ slot: count }), value })

export const textAnswer = z.string()
export const countAnswer = count
export const amountAnswer = amount
export const balanceAnswer = withContext(amount)
export const blockhashAnswer = withContext(z.object({ blockhash: z.string(), lastValidBlockHeight: count }))
export const epochAnswer = z.object({ blockHeight: count, absoluteSlot: count })
export const feesAnswer = z.array(z.object({ prioritizationFee: amount }))
export const signaturesAnswer = z.array(z.object({ signature: z.string(), slot: count }))

const bytes = z
  .tuple([z.string(), z.literal('base64')])
  .transform(([text]) => Uint8Array.from(Buffer.from(text, 'base64')))
const account = z.object({ owner: z.string(), data: bytes })
export const accountAnswer = withContext(account.nullable())
const held = z.object({ lamports: amount, data: bytes }).nullable()
export const holdingsAnswer = withContext(z.tuple([held, held]))
export const accountsAnswer = withContext(z.array(z.object({ account })))

export const statusesAnswer = withContext(
  z.array(
    z
      .object({
        slot: count,
        confirmationStatus: z.enum(['processed', 'confirmed', 'finalized']).nullable(),
        err: z.unknown(),
      })
      .nullable(),
  ),
)

const tokenBalance = z.object({
  accountIndex: count,
  mint: z.string(),
  owner: z.string().optional(),
  uiTokenAmount: z.object({ amount: z.string(), decimals: count }),
})

export const transactionAnswer = z
  .object({
    slot: count,
    transaction: bytes,
    meta: z
      .object({
        err: z.unknown(),
        fee: amount,
        preBalances: z.array(amount),
        postBalances: z.array(amount),
        preTokenBalances: z.array(tokenBalance).nullish(),
        postTokenBalances: z.array(tokenBalance).nullish(),
        loadedAddresses: z.object({ writable: z.array(z.string()), readonly: z.array(z.string()) }).nullish(),
      })
      .nullable(),
  })
  .nullable()

export type TokenBalanceAnswer = z.infer<typeof tokenBalance>
