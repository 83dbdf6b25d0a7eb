import { type Express } from 'express'
import { VENUES } from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { z } from 'zod'
import { ControlError, invalid } from '../control/errors'
import { parse } from '../control/parse'
import { addressSchema, amountSchema } from '../control/schemas'
import { type LocalnetEvents } from '../events'
import { roundTrip } from '../fork/round-trip'
import { ChainOverloaded } from '../svm/chain'
import { type World } from '../world'
import { LAUNCH_KINDS } from './kinds'
import { AddressTaken, type Launch, TooManyLaunches } from './launcher'

const MAX_OPEN_IN_MS = 24 * 60 * 60_000
/** Dry runs at once: each holds a VM of its own. */
const MAX_FORKS = 16

const launchBody = z.strictObject({
  kind: z.enum(LAUNCH_KINDS).default('good'),
  mint: addressSchema.optional(),
  openInMs: z.number().int().min(0).max(MAX_OPEN_IN_MS).default(2_000),
  quoteMint: addressSchema
    .refine((mint) => findToken(mint)?.mint === mint, 'must be a mint of the verified list')
    .default(WRAPPED_SOL_MINT),
  venue: z.enum(VENUES.map(({ name }) => name)).default('raydium-sim'),
})

const roundTripBody = z.strictObject({ pool: addressSchema, inAmount: amountSchema })

/** `POST /launches` and `POST /fork/round-trip`. */
export function mountLaunches(app: Express, world: World, events: LocalnetEvents): void {
  let forks = 0
  app.post('/launches', async (request, response) => {
    const launch = await refusing(world.launcher.create(parse(launchBody, request.body)))
    events.launched(launch)
    response.json(encodeLaunch(launch))
  })
  app.post('/fork/round-trip', async (request, response) => {
    const { pool: address, inAmount } = parse(roundTripBody, request.body)
    if (forks >= MAX_FORKS) throw new ControlError(503, 'OVERLOADED', 'too many dry runs at once')
    forks += 1
    try {
      const { bought, soldBack, ...rest } = await roundTrip(world, address, inAmount)
      response.json({
        ...rest,
        bought: bought?.toString() ?? null,
        soldBack: soldBack?.toString() ?? null,
      })
    } finally {
      forks -= 1
    }
  })
}

async function refusing<T>(launching: Promise<T>): Promise<T> {
  try {
    return await launching
  } catch (error) {
    if (error instanceof TooManyLaunches || error instanceof ChainOverloaded)
      throw new ControlError(503, 'OVERLOADED', error.message)
    throw error instanceof AddressTaken ? invalid(`mint: ${error.message}`) : error
  }
}

function encodeLaunch({ kind, creator, pool, slot }: Launch): object {
  return {
    kind,
    pool: pool.address,
    venue: pool.venue,
    mint: pool.mintA,
    quoteMint: pool.mintB,
    creator,
    slot,
    openSlot: Number(pool.launch?.openSlot),
    openTime: new Date(Number(pool.openTime) * 1_000).toISOString(),
  }
}
