import { messageOf } from '@fillstream/core'
import { amountSchema } from '@fillstream/types'
import { z } from 'zod'
import { ChainUnavailableError } from './chain/chain'

/** Tries things on a copy of the chain: nothing of it happens. */
export interface DryRun {
  /**
   * Buys a launched pool's token for `inAmount` base units and sells it back, as of the slot of the opening. `lossBps` is
   * what of the input does not come back; `error` says which of the two was refused. Rejects with ChainUnavailableError.
   */
  roundTrip(pool: string, inAmount: bigint): Promise<RoundTrip>
}

const roundTripSchema = z.object({
  bought: amountSchema.nullable(),
  soldBack: amountSchema.nullable(),
  lossBps: z.number().nullable(),
  error: z.string().nullable(),
})
export type RoundTrip = z.infer<typeof roundTripSchema>

const TIMEOUT_MS = 5_000

/** Dry runs at the venue's own endpoint: a simulated chain has one. */
export function createDryRun(venueApiUrl: string): DryRun {
  return {
    async roundTrip(pool, inAmount) {
      try {
        const response = await fetch(`${venueApiUrl}/fork/round-trip`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ pool, inAmount: inAmount.toString() }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        if (!response.ok) throw new Error(`was answered ${response.status}`)
        return roundTripSchema.parse(await response.json())
      } catch (error) {
        throw new ChainUnavailableError(`the dry run: ${messageOf(error)}`, { cause: error })
      }
    },
  }
}
