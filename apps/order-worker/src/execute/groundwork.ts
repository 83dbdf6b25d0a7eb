import { type Order } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { type Lifetime } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { type SwapAccounts } from './swap-accounts'

/** What an attempt stands on whatever its quote says: it can be read while the venues are asked. */
export interface Groundwork {
  readonly lifetime: Lifetime
  /** Micro-lamports per compute unit. */
  readonly recentFee: bigint
  readonly accounts: SwapAccounts
  /** Base units of the input in the account that it leaves from; of SOL the wallet's lamports. */
  readonly held: bigint
  readonly lamports: bigint
}

/** Reads what the next attempt of an order will stand on. */
export async function readGroundwork(engine: Engine, order: Order): Promise<Groundwork> {
  const { chain } = engine
  const { inputMint, outputMint } = order
  const wallet = engine.wallets.of(order.accountId).address
  const accounts = await engine.swapAccounts({
    wallet,
    orderId: order.id,
    attempt: order.attempts.length + 1,
    inputMint,
    outputMint,
  })
  const native = async () => {
    const lamports = await chain.balanceLamports(wallet)
    return { lamports, tokens: lamports }
  }
  const [lifetime, recentFee, { lamports, tokens }] = await Promise.all([
    chain.latestBlockhash(),
    order.priorityFee.mode === 'auto' ? chain.recentPriorityFee() : 0n,
    inputMint === WRAPPED_SOL_MINT ? native() : chain.holdings(wallet, accounts.input),
  ])
  return { lifetime, recentFee, accounts, held: tokens, lamports }
}
