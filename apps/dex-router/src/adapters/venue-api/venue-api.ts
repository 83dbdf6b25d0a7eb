import { addressSchema } from '@fillstream/types'
import { z } from 'zod'

/** What settlement over the venues needs to know: who co-signs, and from where each mint is paid out. */
export interface SettlementDirectory {
  readonly genesisHash: string
  readonly routerAuthority: string
  readonly payoutAccounts: Readonly<Record<string, string>>
}

/** The venues' own endpoint, beside the chain. */
export interface VenueApi {
  /** Throws where the endpoint is away or answers nonsense. */
  readDirectory(signal: AbortSignal): Promise<SettlementDirectory>
}

const directorySchema = z.object({
  genesisHash: z.string(),
  routerAuthority: addressSchema,
  payoutAccounts: z.record(addressSchema, addressSchema),
})

export function createVenueApi(baseUrl: string): VenueApi {
  return {
    async readDirectory(signal) {
      const response = await fetch(new URL('/venue', baseUrl), { signal })
      if (!response.ok) throw new Error(`the venue API answered ${response.status}`)
      return directorySchema.parse(await response.json())
    },
  }
}
