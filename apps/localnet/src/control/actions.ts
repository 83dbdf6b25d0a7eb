import { findToken } from '@fillstream/types'
import { type LocalnetEvents } from '../events'
import { SubmitError, submitSettlement } from '../settlement/submit'
import { ChainOverloaded } from '../svm/chain'
import { GrantRefused } from '../tokens/bank'
import { grantsFor } from '../tokens/faucet'
import { type World } from '../world'
import { ControlError, invalid, notFound } from './errors'
import { parse } from './parse'
import { faucetBody, moveBody, submitBody, topUpBody } from './schemas'
import { poolOf } from './views'

/** `POST /submit`: takes in a settlement that only the router authority's signature is missing from. */
export async function submit(world: World, events: LocalnetEvents, body: unknown): Promise<object> {
  const { transaction } = parse(submitBody, body)
  try {
    const bytes = Buffer.from(transaction, 'base64')
    const signature = await submitSettlement(world.chain, world.desk, world.associated, bytes)
    events.submitted(signature)
    return { signature }
  } catch (error) {
    if (!(error instanceof SubmitError)) throw error
    events.submitRefused(error.code, error.message)
    throw new ControlError(error.code === 'OVERLOADED' ? 503 : 400, error.code, error.message)
  }
}

/** `POST /faucet`: gives, and answers when what was given can be read at `confirmed`. */
export async function giveGrants(world: World, body: unknown): Promise<object> {
  const { address, grants: asked, autoTopUp } = parse(faucetBody, body)
  for (const { mint } of asked) requireListed(mint)
  const amounts = asked.map(({ mint, amount }) => [mint, amount] as const)
  const grants = await grantsFor(address, amounts, world.associated)
  const { slot } = await refusing(() =>
    world.chain.atNextSlot(() => world.desk.faucet.give(address, grants, autoTopUp)),
  )
  await world.chain.confirmed(slot)
  return { address, slot }
}

/** `POST /top-up`: makes sure that an autoTopUp wallet holds so much, where one grant covers what is missing. */
export async function topUp(world: World, body: unknown): Promise<object> {
  const { address, mint, amount } = parse(topUpBody, body)
  requireListed(mint)
  const { faucet } = world.desk
  const account = await world.associated.addressOf(address, mint)
  if (faucet.held(address, mint, account) >= amount || !faucet.covers(address, mint, account, amount))
    return { address, mint, balance: faucet.held(address, mint, account).toString() }
  const { result, slot } = await refusing(() =>
    world.chain.atNextSlot(() => faucet.refill(address, mint, account, amount)),
  )
  await world.chain.confirmed(slot)
  return { address, mint, balance: result.toString() }
}

/** `POST /pools/:address/move`: moves one pool's price for good, `priceBps` against what it is. */
export async function movePool(world: World, address: string, body: unknown): Promise<object> {
  const { priceBps } = parse(moveBody, body)
  const pool = world.desk.pools.find(address)
  if (pool === undefined) throw notFound('no such pool')
  await world.chain
    .atNextSlot((slot) => world.market.shift(world.desk.pools.find(address) ?? pool, priceBps, slot))
    .catch((error: unknown) => {
      throw error instanceof RangeError ? invalid(error.message) : error
    })
  return poolOf(world, address)
}

function requireListed(mint: string): void {
  if (findToken(mint)?.mint !== mint) throw invalid(`mint ${mint} is not one that localnet has`)
}

async function refusing<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof ChainOverloaded) throw new ControlError(503, 'OVERLOADED', error.message)
    throw error instanceof GrantRefused ? invalid(error.message) : error
  }
}
