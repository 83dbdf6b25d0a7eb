import {
  attemptReference,
  ExecutionError,
  signedAmounts,
  type Order,
  type SignedAmounts,
} from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT, type RouteReceipt, type SwapReply } from '@fillstream/types'
import { type Address } from '@solana/kit'
import { type SubmittedAttempt } from '@fillstream/store'
import { type Engine } from '../engine'
import { type Wallet } from '../signer/wallets'
import { buildTransaction, computeUnitPrice } from './build-transaction'
import { checkInstructions } from './check-instructions'
import { readGroundwork, type Groundwork } from './groundwork'
import { fixedBound } from './route'
import { type QuotedSwap } from './run'

/** What a wallet should keep in lamports beside the input: fees, and the rent of the accounts a swap may open. */
const LAMPORTS_RESERVE = 5_000_000n
const AUTO_PRIORITY_RESERVE = 1_000_000n

function amountsOf(order: Order): SignedAmounts {
  const bound = fixedBound(order)
  if (bound === null) throw new Error(`order ${order.id} has no bound yet`)
  return signedAmounts(order.swapMode, order.amount, bound)
}

/** Where a demo's wallet runs short it is given more. @returns what it holds then */
async function toppedUp(
  { faucet }: Engine,
  { address }: Wallet,
  mint: string,
  { held, needed }: { readonly held: bigint; readonly needed: bigint },
): Promise<bigint> {
  return held >= needed || faucet === null ? held : faucet.topUp(address, mint, needed)
}

/** The most that the order may add to the base fee, lamports; `auto` follows the network, which asks for little. */
function mostPriorityFee({ mode, maxLamports }: Order['priorityFee']): bigint {
  return mode === 'fixed' || maxLamports < AUTO_PRIORITY_RESERVE ? maxLamports : AUTO_PRIORITY_RESERVE
}

/** Refuses an order that the wallet cannot pay for before anything is signed. @throws ExecutionError INSUFFICIENT_FUNDS */
async function checkFunds(
  engine: Engine,
  order: Order,
  wallet: Wallet,
  inAmount: bigint,
  { held, lamports }: Groundwork,
): Promise<void> {
  const native = order.inputMint === WRAPPED_SOL_MINT
  const reserve = LAMPORTS_RESERVE + mostPriorityFee(order.priorityFee)
  const needed = native ? inAmount + reserve : inAmount
  const has = await toppedUp(engine, wallet, order.inputMint, { held, needed })
  const name = findToken(order.inputMint)?.symbol ?? order.inputMint
  if (has < needed)
    throw new ExecutionError(
      'INSUFFICIENT_FUNDS',
      `the wallet holds ${has} base units of ${name}, the order needs ${needed}`,
    )
  if (native) return
  const hasLamports = await toppedUp(engine, wallet, WRAPPED_SOL_MINT, { held: lamports, needed: reserve })
  if (hasLamports < reserve)
    throw new ExecutionError(
      'INSUFFICIENT_FUNDS',
      `the wallet holds ${hasLamports} lamports, fees and rent may need ${reserve}`,
    )
}

function askForSwap(
  engine: Engine,
  order: Order,
  { routePlan }: RouteReceipt,
  { inAmount, outAmount }: SignedAmounts,
): Promise<SwapReply> {
  return engine.router.swap({
    orderId: order.id,
    attempt: order.attempts.length + 1,
    wallet: engine.wallets.of(order.accountId).address,
    swapMode: order.swapMode,
    inputMint: order.inputMint,
    outputMint: order.outputMint,
    inAmount: inAmount.toString(),
    outAmount: outAmount.toString(),
    routePlan,
  })
}

/**
 * Builds and signs the next attempt of an order that stands at `building`: swap instructions from the venue, checked
 * against what the order allows, over a fresh blockhash. Sends nothing.
 * @param quoted what came with the quote that the order stands on; without it it is asked for now
 * @throws ExecutionError, and AppError TRADING_HALTED: nothing is signed during a halt
 */
export async function buildAttempt(
  engine: Engine,
  order: Order,
  quoted: QuotedSwap | null = null,
): Promise<SubmittedAttempt> {
  const { route } = order
  if (route === null) throw new Error(`order ${order.id} has no route yet`)
  const attempt = order.attempts.length + 1
  const wallet = engine.wallets.of(order.accountId)
  const amounts = amountsOf(order)
  const ready = quoted?.attempt === attempt ? quoted : null
  const readNow = () => readGroundwork(engine, order)
  const funded = async (groundwork: Groundwork) => {
    await checkFunds(engine, order, wallet, amounts.inAmount, groundwork)
    return groundwork
  }
  const [swap, { accounts, lifetime, recentFee }] = await Promise.all([
    ready?.swap ?? askForSwap(engine, order, route, amounts),
    (ready?.groundwork.catch(readNow) ?? readNow()).then(funded),
  ])
  const reference = attemptReference({ orderId: order.id, attempt })
  const limits = {
    orderId: order.id,
    attempt,
    swapMode: order.swapMode,
    inputMint: order.inputMint,
    outputMint: order.outputMint,
    ...amounts,
    accounts,
    coSigner: swap.coSigner as Address,
    reference: reference as Address,
    tokenAccountRent: engine.tokenAccountRent,
  }
  const instructions = checkInstructions(swap.instructions, limits, engine.addresses)
  await engine.trading.assertOn()
  const signed = buildTransaction(
    {
      orderId: order.id,
      attempt,
      wallet,
      instructions,
      lifetime,
      computeUnitPrice: computeUnitPrice(order.priorityFee, recentFee),
    },
    engine.addresses,
  )
  return {
    kind: 'submit',
    attempt,
    signature: signed.signature,
    signedTransaction: signed.bytes,
    lastValidBlockHeight: lifetime.lastValidBlockHeight,
    genesisHash: engine.genesisHash,
    reference,
    venues: [...new Set(route.routePlan.map((step) => step.venue))],
    expectedAmount: BigInt(order.swapMode === 'ExactIn' ? route.outAmount : route.inAmount),
    leaseOwner: engine.owner,
    leaseMs: engine.config.ATTEMPT_LEASE_MS,
  }
}
