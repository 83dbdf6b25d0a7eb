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

async function available(engine: Engine, wallet: Wallet, mint: string, needed: bigint): Promise<bigint> {
  const balance =
    mint === WRAPPED_SOL_MINT
      ? await engine.chain.balanceLamports(wallet.address)
      : ((await engine.chain.tokenBalances(wallet.address)).get(mint) ?? 0n)
  return balance >= needed || engine.faucet === null
    ? balance
    : engine.faucet.topUp(wallet.address, mint, needed)
}

/** The most that the order may add to the base fee, lamports; `auto` follows the network, which asks for little. */
function mostPriorityFee({ mode, maxLamports }: Order['priorityFee']): bigint {
  return mode === 'fixed' || maxLamports < AUTO_PRIORITY_RESERVE ? maxLamports : AUTO_PRIORITY_RESERVE
}

/** Refuses an order that the wallet cannot pay for before anything is signed. @throws ExecutionError INSUFFICIENT_FUNDS */
async function checkFunds(engine: Engine, order: Order, wallet: Wallet, inAmount: bigint): Promise<void> {
  const native = order.inputMint === WRAPPED_SOL_MINT
  const reserve = LAMPORTS_RESERVE + mostPriorityFee(order.priorityFee)
  const needed = native ? inAmount + reserve : inAmount
  const held = await available(engine, wallet, order.inputMint, needed)
  const name = findToken(order.inputMint)?.symbol ?? order.inputMint
  if (held < needed)
    throw new ExecutionError(
      'INSUFFICIENT_FUNDS',
      `the wallet holds ${held} base units of ${name}, the order needs ${needed}`,
    )
  if (native) return
  const lamports = await available(engine, wallet, WRAPPED_SOL_MINT, reserve)
  if (lamports < reserve)
    throw new ExecutionError(
      'INSUFFICIENT_FUNDS',
      `the wallet holds ${lamports} lamports, fees and rent may need ${reserve}`,
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
 * @param quoted instructions that came with the quote that the order stands on; without them they are asked for
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
  const [swap, accounts, lifetime, recentFee] = await Promise.all([
    quoted?.attempt === attempt ? quoted.swap : askForSwap(engine, order, route, amounts),
    engine.swapAccounts({
      wallet: wallet.address,
      orderId: order.id,
      attempt,
      inputMint: order.inputMint,
      outputMint: order.outputMint,
    }),
    engine.chain.latestBlockhash(),
    order.priorityFee.mode === 'auto' ? engine.chain.recentPriorityFee() : 0n,
    checkFunds(engine, order, wallet, amounts.inAmount),
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
