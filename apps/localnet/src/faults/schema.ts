import { z } from 'zod'
import { MAX_LAG_SLOTS } from '../svm/node-view'

const MAX_DELAY_MS = 60_000

const share = z.number().min(0).max(1).default(0)
const flag = z.boolean().default(false)
const connection = {
  delayMs: z.number().int().min(0).max(MAX_DELAY_MS).default(0),
  refuse: flag,
  tooManyRequests: flag,
}

/** What is wrong with the outside world: what is left out is well. Shares are of 1. */
export const faultSet = z.strictObject({
  /** The JSON-RPC address. */
  rpc: z.strictObject(connection).prefault({}),
  /** The second JSON-RPC address. */
  replica: z
    .strictObject({ ...connection, lagSlots: z.number().int().min(0).max(MAX_LAG_SLOTS).default(0) })
    .prefault({}),
  /** `POST /submit`. */
  submit: z.strictObject({ ...connection, loseAnswer: share }).prefault({}),
  /** Transactions that are taken in from now on. */
  landing: z
    .strictObject({ drop: share, late: share, fail: share })
    .refine(({ drop, late, fail }) => drop + late + fail <= 1, 'the shares must not exceed 1 together')
    .prefault({}),
  pubsub: z.strictObject({ silent: flag }).prefault({}),
})

export type FaultSet = Readonly<z.infer<typeof faultSet>>

/** What can be wrong with an address. */
export type ConnectionFaults = Readonly<Pick<FaultSet['rpc'], keyof typeof connection>>

export const rollbackBody = z.strictObject({ slots: z.number().int().min(1).default(1), drop: flag })
