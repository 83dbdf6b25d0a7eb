import { decodePool, VENUES, type PoolState } from '@fillstream/core'
import { addressSchema } from '@fillstream/types'
import { z } from 'zod'

/** Which pools a slot changed, as it left them. */
export interface ChangedPools {
  readonly slot: number
  readonly pools: readonly PoolState[]
}

/** `pools` stood so before slot `from`; `items` is what changed from then to the end of slot `to`. */
export interface LoggedSlots {
  readonly from: number
  readonly to: number
  readonly pools: readonly PoolState[]
  readonly items: readonly ChangedPools[]
}

/** The states that pools went through in the last slots: what a follower that was away has missed. */
export interface SlotLog {
  /** At most `limit` slots, from `from` or the oldest that is known. Throws where the log can't be read. */
  read(from: number, limit: number, signal: AbortSignal): Promise<LoggedSlots>
}

const accountSchema = z.object({ address: addressSchema, venue: z.string(), data: z.base64() })
const slotsSchema = z.object({
  from: z.number().int(),
  to: z.number().int(),
  pools: z.array(accountSchema),
  items: z.array(z.object({ slot: z.number().int(), pools: z.array(accountSchema) })),
})

/** The log that localnet keeps. */
export function createSlotLog(baseUrl: string): SlotLog {
  return {
    async read(from, limit, signal) {
      const response = await fetch(new URL(`/slots?from=${from}&limit=${limit}`, baseUrl), { signal })
      if (!response.ok) throw new Error(`the log of slots answered ${response.status}`)
      const logged = slotsSchema.parse(await response.json())
      return {
        from: logged.from,
        to: logged.to,
        pools: poolsIn(logged.pools),
        items: logged.items.map(({ slot, pools }) => ({ slot, pools: poolsIn(pools) })),
      }
    },
  }
}

function poolsIn(accounts: readonly z.infer<typeof accountSchema>[]): PoolState[] {
  return accounts.flatMap(({ address, venue: name, data }) => {
    const venue = VENUES.find((known) => known.name === name)
    if (venue === undefined) return []
    return decodePool(Buffer.from(data, 'base64'), { address, venue: venue.name }) ?? []
  })
}
